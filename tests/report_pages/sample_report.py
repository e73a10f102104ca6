"""Output folders whose report is looked at in a browser."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from coupa_async.domain.events import RunStarted, WorkerRestarting
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import FailedAttachment, OrderResult, Outcome, SavedAttachment
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.run_report import write_report

AT = datetime(2025, 6, 1, 8, 0, 0)
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
REASONS = ["late", "lost", "refused"]
OUTCOMES = [Outcome.COMPLETED, Outcome.NO_ATTACHMENTS, Outcome.FAILED, Outcome.PARTIAL, Outcome.PO_NOT_FOUND]


def order(index: int) -> OrderResult:
    outcome = OUTCOMES[index % len(OUTCOMES)]
    number = OrderNumber.parse(f"PO{index + 1}")
    saved = SavedAttachment(
        id=str(index),
        kind=AttachmentKind.FILE,
        source=AttachmentSource.ORDER,
        name=f"Offer #{index}.txt",
        size_bytes=1000 + index,
        sha256="ab",
        seconds=0.1,
    )
    has_file = outcome in (Outcome.COMPLETED, Outcome.PARTIAL)
    failed = (FailedAttachment(id="x", name=HOSTILE, reason="404"),) if outcome is Outcome.PARTIAL else ()
    return OrderResult(
        number=number,
        outcome=outcome,
        url=f"https://tenant.example.com/order_headers/{number.key}",
        supplier=HOSTILE if index == 3 else f"Supplier {index % 7}",
        found=has_file + len(failed),
        saved=(saved,) if has_file else (),
        failed=failed,
        folder=f"50 % #1/{number.shown}_{outcome}" if has_file else "",
        error="" if outcome.is_good else f"it was {REASONS[index % 3]}",
        seconds=1 + index % 11,
    )


def write_sample_report(root: Path, count: int, language: str = "en") -> Path:
    """Write the report of a folder with so many orders of all outcomes."""
    clock = AT
    (root / "snapshots").mkdir()
    (root / "snapshots" / "PO3_FAILED.png").touch()
    (root / "50 % #1" / "PO4_PARTIAL").mkdir(parents=True)
    (root / "50 % #1" / "PO4_PARTIAL" / "Offer #3.txt").write_text("the offer")
    with Journal(root / FILE_NAME) as journal, History(root / FILE_NAME, now=lambda: clock) as history:
        history.begin(backend="playwright", lane="auto", workers=2, settings={"channel": "msedge", "note": HOSTILE})
        history.note(RunStarted(total=count + 1, skipped=0, workers=2))
        for index in range(count):
            clock += timedelta(seconds=1)
            journal.record(order(index), clock)
        history.note(WorkerRestarting(worker="w1", reason=HOSTILE, delay_s=1.0))
        history.end()
        return write_report(root, journal, history, clock, language=language)
