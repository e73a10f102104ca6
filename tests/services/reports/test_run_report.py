"""The report's file: what is in it, what is not, and how it comes to be there. The page itself: tests/report_pages."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coupa_async.domain.errors import StorageError
from coupa_async.domain.events import Warned, WorkerRestarting
from coupa_async.domain.outcome import FailedAttachment, OrderResult, Outcome
from coupa_async.services.records.history import History, RunEvent
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.run_report import _peaks, write_report
from tests.services.records.test_journal import result

AT = datetime(2025, 6, 1, 12, 30, 5)
ROW = [
    *("number", "outcome", "supplier", "found", "files", "failed", "seconds", "attempts", "processed"),
    *("folder", "url", "requisition", "snapshot", "error"),
]


def page(root: Path, *results: OrderResult) -> str:
    with Journal(root / FILE_NAME) as journal, History(root / FILE_NAME) as history:
        for item in results:
            journal.record(item, AT)
        return write_report(root, journal, history, AT).read_text("utf-8")


def data(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def order(root: Path, item: OrderResult) -> dict[str, Any]:
    (row,) = data(page(root, item))["orders"]
    return dict(zip(ROW, row, strict=True))


def test_an_order_is_there_with_files_reasons_and_links(tmp_path: Path) -> None:
    assert order(tmp_path, result()) == {
        "number": "PO1",
        "outcome": "PARTIAL",
        "supplier": "ACME",
        "found": 2,
        "files": [["ä.pdf", 7]],
        "failed": [["b", "404"]],
        "seconds": 1.5,
        "attempts": 2,
        "processed": "2025-06-01T12:30:05",
        "folder": "./ACME/PO1_PARTIAL",
        "url": "https://t/order_headers/1",
        "requisition": "https://t/r",
        "snapshot": "",
        "error": "1 of 2",
    }


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<!--<script>", "<img src=x onerror=alert(1)>"])
def test_no_name_can_leave_the_data_it_is_in(tmp_path: Path, name: str) -> None:
    failed = FailedAttachment(id="1", name=name, reason=name)
    hostile = result(supplier=name, failed=(failed,), error=name, folder=f"{name}/PO1_PARTIAL", url=name)
    text = page(tmp_path, hostile)
    assert name not in text
    assert text.count("<script") == page(tmp_path / "..", result()).count("<script")
    row = dict(zip(ROW, data(text)["orders"][0], strict=True))
    assert (row["supplier"], row["error"], row["failed"]) == (name, name, [[name, name]])


def test_a_folder_is_a_relative_link_whatever_its_name(tmp_path: Path) -> None:
    assert order(tmp_path, result(folder="javascript:alert(1)/50 % #1?/PO1_PARTIAL"))["folder"] == (
        "./javascript%3Aalert%281%29/50%20%25%20%231%3F/PO1_PARTIAL"
    )
    assert order(tmp_path, result(folder=""))["folder"] == ""


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", ""])
def test_an_address_that_is_no_web_page_is_no_link(tmp_path: Path, address: str) -> None:
    row = order(tmp_path, result(url=address, requisition_url=address))
    assert (row["url"], row["requisition"]) == ("", "")


def test_a_failure_is_shown_with_its_screenshot_until_it_is_none(tmp_path: Path) -> None:
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "PO1_FAILED.png").touch()
    assert order(tmp_path, result(outcome=Outcome.TIMEOUT))["snapshot"] == "./snapshots/PO1_FAILED.png"
    assert order(tmp_path, result(outcome=Outcome.COMPLETED))["snapshot"] == ""


def test_nothing_that_lets_one_in_is_told(tmp_path: Path) -> None:
    secret = "https://t/attachment?supplier_view_key=abcdef0123"
    failed = FailedAttachment(id="1", name="a", reason=f"refused: {secret}")
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        history.note(Warned(text=secret))
        journal.record(result(error=secret, failed=(failed,)), AT)
        text = write_report(tmp_path, journal, history, AT).read_text()
    assert text.count("supplier_view_key=***") == 3
    assert "abcdef0123" not in text


def test_runs_come_with_their_story_and_memory_apart(tmp_path: Path) -> None:
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="selenium", lane="browser", workers=3, settings={"channel": "msedge"})
        history.note(WorkerRestarting(worker="w1", reason="gone", delay_s=1.0))
        history.end()
        (run,) = data(write_report(tmp_path, journal, history, AT).read_text())["runs"]
    assert (run["backend"], run["lane"], run["workers"], run["settings"]) == (
        *("selenium", "browser", 3),
        {"channel": "msedge"},
    )
    assert [(item["kind"], item["worker"], item["detail"]) for item in run["moments"]] == [("restart", "w1", "gone")]
    assert run["memory"] == []


def test_a_journal_without_runs_has_a_report_all_the_same(tmp_path: Path) -> None:
    (run,) = data(page(tmp_path, result()))["runs"]
    assert (run["started_at"], run["ended_at"]) == ("2025-06-01T12:30:05", "2025-06-01T12:30:05")


def test_thinning_out_keeps_the_peaks() -> None:
    readings = [RunEvent(at=AT + timedelta(seconds=n), kind="memory", value=float(n % 7)) for n in range(2000)]
    readings[1234] = RunEvent(at=AT, kind="memory", value=99.0)
    kept = _peaks(readings, 600)
    assert len(kept) <= 600
    assert max(item.value or 0 for item in kept) == 99.0
    assert _peaks(readings[:600], 600) == readings[:600]
    assert _peaks([], 600) == []


def test_no_host_is_named_but_in_data_and_no_script_may_run_but_its_own(tmp_path: Path) -> None:
    text = page(tmp_path, result())
    shell = text.replace(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0], "")
    assert set(re.findall(r"https?://[^\"'`\s]+", shell)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'; script-src 'sha256-" in text


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = page(tmp_path, result())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        page(tmp_path, result("PO2"))
    assert (tmp_path / "report.html").read_text("utf-8") == before
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME, "report.html"}


def test_a_report_in_another_language_is_known_as_ours_and_replaced(tmp_path: Path) -> None:
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME) as history:
        first = write_report(tmp_path, journal, history, AT, language="pt-BR")
        again = write_report(tmp_path, journal, history, AT)
        third = write_report(tmp_path, journal, history, AT, language="pt-BR")
    assert first == again == third == tmp_path / "report.html"
