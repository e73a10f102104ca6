"""What the tests of corrections share: a trial with its result, and how a folder looks once it is kept."""

from __future__ import annotations

from pathlib import Path

from coupa_async.app.runs.correct_number import begin_trial, trials
from coupa_async.app.runs.earlier_run import kept_corrections
from coupa_async.app.runs.output_folder import folder_status
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.services.records.test_journal import AT, result

NOT_FOUND = {"outcome": Outcome.PO_NOT_FOUND, "saved": (), "failed": (), "found": 0, "folder": "", "error": "none such"}


def record(root: Path, found: OrderResult) -> None:
    with Journal(root / FILE_NAME) as journal:
        journal.record(found, AT)


def tried(root: Path, number: str = "PO3", key: str = "2", **more: object) -> int:
    """Try a number, with this result and a file. Returns the trial's id."""
    run = begin_trial(root, key, number)
    folder = run.folder / "ACME" / f"{number}_COMPLETED"
    folder.mkdir(parents=True)
    (folder / "ä.pdf").write_bytes(b"1234567")
    given = {"outcome": Outcome.COMPLETED, "folder": f"ACME/{number}_COMPLETED", "failed": (), "error": ""} | more
    record(run.folder, result(number, **given))
    return trials(root)[-1].trial.id


def rows(root: Path) -> list[str]:
    return [",".join(line.split(",")[:3]) for line in (root / "orders.csv").read_text("utf-8-sig").splitlines()]


def remarks(root: Path) -> dict[str, str]:
    with Journal(root / FILE_NAME) as journal:
        return {found.number.shown: found.remark for found, _ in journal.results()}


def is_kept(root: Path) -> None:
    """See that PO3 stands for PO2 everywhere, and that nothing else is there."""
    assert rows(root) == ["PO_NUMBER,Note,STATUS", "PO1,a,COMPLETED", "PO2,b,COMPLETED", "PO2,c,COMPLETED"]
    assert (root / "orders.csv").read_text("utf-8-sig").count("number corrected from PO2 to PO3") == 2
    assert remarks(root) == {"PO1": "", "PO3": "number corrected from PO2 to PO3"}
    assert kept_corrections(root) == {"2": OrderNumber("PO3", "3")}
    summary, status = folder_status(root)
    assert summary.outcomes == {Outcome.COMPLETED: 2}
    assert status.standing.others == 0
    assert status.asked == {"1", "3"}
    assert (root / "ACME" / "PO3_COMPLETED" / "ä.pdf").read_bytes() == b"1234567"
    assert "number corrected from PO2 to PO3" in (root / "report.html").read_text("utf-8")
    assert "PO3_COMPLETED" in (root / "manifest.csv").read_text("utf-8")
    assert not (root / ".trials").exists()
    assert trials(root) == []
    with Journal(root / FILE_NAME) as journal:
        assert journal.unfiled() == [] or [found.number.shown for found in journal.unfiled()] == ["PO1"]
