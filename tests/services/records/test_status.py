"""Where a folder stands: what a run that ended now would say."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from coupa_async.domain.events import Draining, MemoryRead, PersonWaitedFor, RunStarted, WorkerRestarting
from coupa_async.domain.outcome import Outcome
from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import Journal
from coupa_async.services.records.status import run_status
from tests.services.records.test_journal import result

AT = datetime(2025, 6, 1, 12, 30, 5)


def test_orders_that_the_latest_run_has_not_done_are_pending(tmp_path: Path) -> None:
    clock = AT
    with Journal(tmp_path / "j") as journal, History(tmp_path / "j", now=lambda: clock) as history:
        journal.record(result("PO1", outcome=Outcome.COMPLETED), AT - timedelta(hours=1))
        clock = AT + timedelta(milliseconds=700)
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        history.note(RunStarted(total=5, skipped=1, workers=1))
        history.note(WorkerRestarting(worker="w1", reason="gone", delay_s=0.0))
        journal.record(result("PO2"), AT)  # within the second that the run began in
        journal.record(result("PO3"), AT + timedelta(seconds=9))
        stands = run_status(journal, history)
        assert stands.standing.outcomes == {Outcome.COMPLETED: 1, Outcome.PARTIAL: 2, Outcome.PENDING: 2}
        assert (stands.files, stands.size_bytes, stands.restarts) == (3, 21, 1)
        assert (stands.ended_at, stands.last_processed) == (None, AT + timedelta(seconds=9))
        assert stands.seconds == 8.3
        clock = AT + timedelta(seconds=30.7)
        history.end()
        assert run_status(journal, history).seconds == 30.0


def test_the_orders_are_those_of_the_latest_runs_spreadsheet_however_few_the_run_was_to_do(tmp_path: Path) -> None:
    asked = AskedOrders(
        orders={"1": False, "2": False, "3": False, "4": True}, bad_rows={7: "'ABC' is no order number"}
    )
    with Journal(tmp_path / "j") as journal, History(tmp_path / "j", now=lambda: AT) as history:
        journal.record(result("PO1", outcome=Outcome.COMPLETED), AT)
        journal.record(result("PO9", outcome=Outcome.FAILED), AT)
        history.begin(backend="playwright", lane="auto", workers=1, settings={}, asked=AskedOrders(orders={"9": False}))
        history.begin(backend="playwright", lane="auto", workers=1, settings={"is_demo": True}, asked=asked)
        history.note(RunStarted(total=1, skipped=1, workers=1, left_out=0))
        stands = run_status(journal, history)
        assert stands.standing.outcomes == {Outcome.COMPLETED: 2, Outcome.PENDING: 2}
        assert (stands.standing.bad_rows, stands.standing.others) == (1, 1)
        assert (stands.bad_rows, stands.asked, stands.is_demo) == (asked.bad_rows, frozenset("1234"), True)


def test_the_wait_for_a_person_is_no_time_of_the_run(tmp_path: Path) -> None:
    clock = AT
    with Journal(tmp_path / "j") as journal, History(tmp_path / "j", now=lambda: clock) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        history.note(PersonWaitedFor(seconds=300.0))
        clock += timedelta(seconds=320)
        history.end()
        assert run_status(journal, history).seconds == 20.0


def test_the_time_left_counts_what_the_run_is_to_do_at_the_pace_of_its_last_orders(tmp_path: Path) -> None:
    asked = AskedOrders(orders={str(n): False for n in range(1, 11)})
    with Journal(tmp_path / "j") as journal, History(tmp_path / "j", now=lambda: AT) as history:
        journal.record(result("PO1"), AT - timedelta(hours=1))
        history.begin(backend="playwright", lane="auto", workers=1, settings={}, asked=asked)
        history.note(RunStarted(total=5, skipped=1, workers=1, left_out=5))
        assert run_status(journal, history).seconds_left(AT + timedelta(seconds=9)) is None
        journal.record(result("PO2"), AT + timedelta(seconds=5))
        journal.record(result("PO3"), AT + timedelta(seconds=10))
        status = run_status(journal, history)
        assert status.seconds_left(AT + timedelta(seconds=10)) == 10.0  # 2 of 4 at 5 s each, not those left out
        assert status.seconds_left(AT + timedelta(seconds=40)) == 40.0  # nothing moves


def test_the_time_left_is_not_told_by_the_hours_that_the_machine_slept_or_a_person_was_waited_for(
    tmp_path: Path,
) -> None:
    clock, pause = AT, timedelta(hours=8)
    awake = MemoryRead(usage_percent=50.0, threshold_percent=85.0, workers=1)
    asked = AskedOrders(orders={str(n): False for n in range(1, 11)})

    def work(history: History, seconds: int) -> None:
        nonlocal clock
        for _ in range(0, seconds, 2):
            clock += timedelta(seconds=2)
            history.note(awake)

    with Journal(tmp_path / "j") as journal, History(tmp_path / "j", now=lambda: clock) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={}, asked=asked)
        history.note(RunStarted(total=10, skipped=0, workers=1))
        work(history, 10)
        journal.record(result("PO1"), clock)
        clock += pause  # it slept
        work(history, 4)
        work(history, 600)
        history.note(PersonWaitedFor(seconds=600.0))
        work(history, 6)
        journal.record(result("PO2"), clock)
        clock += pause
        left_s = run_status(journal, history).seconds_left(clock)
        assert left_s == 72.0  # 18 s of two orders; the step over the sleep tells nothing
        history.note(Draining(reason="SIGINT", grace_s=60.0))
        stopping = run_status(journal, history)
        assert (stopping.is_stopping, stopping.seconds_left(clock)) == (True, None)


def test_a_journal_without_history_still_tells_its_outcomes(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal, History(tmp_path / "j") as history:
        assert run_status(journal, history).standing.outcomes == {}
        journal.record(result(), AT)
        stands = run_status(journal, history)
        assert (stands.standing.outcomes, stands.last_processed, stands.seconds) == ({Outcome.PARTIAL: 1}, AT, 0.0)
