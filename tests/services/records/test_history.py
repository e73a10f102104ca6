"""The history: a run's story over time, beside the journal and never in its way."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from coupa_async.domain.events import (
    MemoryRead,
    OrderStarted,
    PaceChanged,
    RunStarted,
    SignedIn,
    Warned,
    WorkerRestarting,
    WorkerStopped,
)
from coupa_async.domain.order import OrderNumber
from coupa_async.services.records.history import History, RunEvent
from coupa_async.services.records.journal import Journal
from tests.services.records.test_journal import result

AT = datetime(2025, 6, 1, 12, 30, 5, 250_000)


def begun(path: Path) -> History:
    history = History(path, now=lambda: AT)
    history.begin(backend="playwright", lane="auto", workers=2, settings={"channel": "msedge", "headless": True})
    return history


def test_a_run_is_read_back_with_what_happened_in_it(tmp_path: Path) -> None:
    with begun(tmp_path / "j") as history:
        history.note(RunStarted(total=5, skipped=2, workers=2))
        history.note(WorkerRestarting(worker="w1", reason="gone", delay_s=1.5))
        history.note(SignedIn(worker="w2", seconds=3.0))
        history.note(Warned(text="ä"))
        history.note(WorkerStopped(worker="w1"))
        history.end()
    with History(tmp_path / "j") as history:
        (run,) = history.runs()
        assert (run.started_at, run.ended_at, run.backend, run.lane, run.workers) == (AT, AT, "playwright", "auto", 2)
        assert run.settings == {"channel": "msedge", "headless": True}
        assert list(history.run_events(run)) == [
            RunEvent(at=AT, kind="started", value=3.0),
            RunEvent(at=AT, kind="restart", worker="w1", detail="gone", value=1.5),
            RunEvent(at=AT, kind="sign_in", worker="w2", value=3.0),
            RunEvent(at=AT, kind="warning", detail="ä"),
            RunEvent(at=AT, kind="stopped", worker="w1"),
        ]


def test_events_that_tell_no_story_pass_by(tmp_path: Path) -> None:
    with begun(tmp_path / "j") as history:
        history.note(OrderStarted(worker="w1", number=OrderNumber.parse("PO1"), attempt=1))
        assert list(history.run_events(history.runs()[0])) == []


def test_each_run_has_its_own_moments_and_a_killed_one_no_end(tmp_path: Path) -> None:
    with begun(tmp_path / "j") as killed:
        killed.note(Warned(text="first"))
    with begun(tmp_path / "j") as history:
        history.note(Warned(text="second"))
        history.end()
        first, second = history.runs()
        assert (first.ended_at, second.ended_at) == (None, AT)
        assert [run_event.detail for run_event in history.run_events(first)] == ["first"]
        assert [run_event.detail for run_event in history.run_events(second)] == ["second"]


def test_it_lives_in_the_journals_file_and_leaves_the_journal_whole(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal, begun(tmp_path / "j") as history:
        journal.record(result(), AT)
        history.note(Warned(text="between"))
        journal.record(result("PO2"), AT + timedelta(seconds=1))
    with Journal(tmp_path / "j") as journal, History(tmp_path / "j") as history:
        assert journal.settled() == {"1", "2"}
        assert len(history.runs()) == 1


def test_a_history_can_be_read_while_a_run_writes_it(tmp_path: Path) -> None:
    with begun(tmp_path / "j") as writer, History(tmp_path / "j") as reader:
        writer.note(Warned(text="now"))
        assert [run_event.detail for run_event in reader.run_events(reader.runs()[0])] == ["now"]


def test_memory_keeps_its_threshold_and_pace_its_limit(tmp_path: Path) -> None:
    with begun(tmp_path / "j") as history:
        history.note(MemoryRead(usage_percent=61.5, threshold_percent=85.0, workers=2))
        history.note(PaceChanged(limit=4, requests_per_s=None, reason="429"))
        assert list(history.run_events(history.runs()[0])) == [
            RunEvent(at=AT, kind="memory", detail="85.0", value=61.5),
            RunEvent(at=AT, kind="pace", detail="429", value=4.0),
        ]
