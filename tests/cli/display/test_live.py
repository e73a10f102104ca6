"""What the live display shows: true of the whole run, and small however much is in hand."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from rich.console import Console

from coupa_async.cli.display.live import LiveDisplay, left_text, span_text
from coupa_async.domain.events import (
    Draining,
    Event,
    MemoryRead,
    OrderFinished,
    OrderRetried,
    OrderStarted,
    PaceChanged,
    RunStarted,
    SignedIn,
    SignInStarted,
    WorkerRestarting,
    WorkersChanged,
    WorkerStarted,
    WorkerStopped,
)
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome, SavedAttachment


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> LiveDisplay:
    board = LiveDisplay(clock)
    board.note(RunStarted(total=120, skipped=20, workers=2))
    return board


def number(n: int) -> OrderNumber:
    return OrderNumber.parse(f"PO{n}")


def started(n: int, worker: str = "worker-1", attempt: int = 1) -> Event:
    return OrderStarted(worker=worker, number=number(n), attempt=attempt)


def _file(size_bytes: int) -> SavedAttachment:
    kind, source = AttachmentKind.FILE, AttachmentSource.ORDER
    return SavedAttachment(id="1", kind=kind, source=source, name="a", size_bytes=size_bytes, sha256="", seconds=1.0)


def finished(n: int, outcome: Outcome = Outcome.COMPLETED, size_bytes: int = 0, worker: str = "worker-1") -> Event:
    result = OrderResult(number=number(n), outcome=outcome, url="", saved=(_file(size_bytes),) if size_bytes else ())
    return OrderFinished(worker=worker, result=result)


def shown(board: LiveDisplay, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(board)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_the_bar_counts_what_this_run_has_to_do(board: LiveDisplay) -> None:
    board.note(started(1))
    board.note(finished(1))
    board.note(finished(2, Outcome.FAILED))
    assert "2/100" in shown(board)[0]
    board.note(finished(3, Outcome.NO_ATTACHMENTS))
    assert shown(board)[1].split() == ["COMPLETED", "1", "NO_ATTACHMENTS", "1", "FAILED", "1"]


def test_a_run_that_is_asked_to_stop_says_so_until_it_has_stopped(board: LiveDisplay) -> None:
    board.note(started(1))
    assert "Stopping" not in "\n".join(shown(board))
    board.note(Draining(reason="SIGINT", grace_s=60.0))
    board.note(finished(1))
    text = " ".join(shown(board))
    assert "Stopping: the orders begun are finished first (60 s at most). Ctrl-C again stops at once" in text


def test_the_time_left_grows_while_nothing_moves_and_is_gone_while_stopping(board: LiveDisplay, clock: Clock) -> None:
    def watched(seconds: int) -> str:
        for _ in range(seconds):
            clock.now_s += 1
            shown(board)
        return shown(board)[0]

    board.note(started(1))
    assert "left" not in watched(3)
    board.note(finished(1))
    assert "about 5 min left" in shown(board)[0]
    assert "about 10 min left" in watched(3)
    clock.now_s += 3600  # the machine slept
    assert "about 10 min left" in shown(board)[0]
    board.note(SignInStarted(worker="worker-1", reason=""))
    assert "waiting" in watched(60)
    board.note(SignedIn(worker="worker-1", seconds=60))
    assert "about 10 min left" in shown(board)[0]
    board.note(Draining(reason="SIGINT", grace_s=60.0))
    assert "left" not in watched(3)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.64, "4.6 s"), (119.0, "119 s"), (150.0, "2 min"), (3599.0, "1 h 00 min"), (13_080.0, "3 h 38 min")],
)
def test_a_time_is_written_as_a_person_would_say_it(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


def test_bytes_a_second_are_those_of_the_last_half_minute(board: LiveDisplay, clock: Clock) -> None:
    board.note(finished(1, size_bytes=90_000_000))
    clock.now_s += 40
    board.note(finished(2, size_bytes=4_000_000))
    clock.now_s += 4
    assert "2 files, 94.0 MB, 1.0 MB/s" in "\n".join(shown(board))


def test_memory_stands_against_its_threshold_and_the_pace_beside_it(board: LiveDisplay) -> None:
    board.note(MemoryRead(usage_percent=41.4, threshold_percent=85.0, workers=2))
    board.note(PaceChanged(limit=6, requests_per_s=12.0, reason=""))
    assert "memory 41 of 85 %  ·  6 requests at once, 12/s" in "\n".join(shown(board))


def test_a_worker_with_many_orders_has_one_line_with_the_oldest_of_them(board: LiveDisplay, clock: Clock) -> None:
    for n in range(1, 65):
        board.note(started(n))
        clock.now_s += 1
    board.note(finished(1))
    lines = [line for line in shown(board) if "worker-1" in line]
    assert len(lines) == 1
    assert lines[0].split() == ["worker-1", "PO2", "and", "62", "more", "63", "s"]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (started(1, attempt=3), "PO1  attempt 3"),
        (OrderRetried(worker="worker-1", number=number(1), reason="", delay_s=4.0), "PO1  again in 4 s"),
        (SignInStarted(worker="worker-1", reason=""), "signing in"),
        (WorkerRestarting(worker="worker-1", reason="", delay_s=0), "a new browser"),
        (WorkerStopped(worker="worker-1", reason="lost"), "given up"),
        (finished(1), "waiting"),
    ],
)
def test_each_step_of_a_worker_is_told(board: LiveDisplay, event: Event, text: str) -> None:
    board.note(WorkerStarted(worker="worker-1", seconds=1.0))
    board.note(started(1))
    board.note(event)
    assert text in shown(board)[-1]


def test_it_stays_small_with_many_workers_and_forgets_those_that_are_done(board: LiveDisplay) -> None:
    for n in range(1, 65):
        board.note(started(n, worker=f"worker-{n}"))
    assert len(shown(board)) <= 12
    assert "and 56 more" in shown(board)[-1]
    for n in range(1, 64):
        board.note(WorkerStopped(worker=f"worker-{n}"))
    assert len(shown(board)) == 4


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(board: LiveDisplay, width: int) -> None:
    for n, outcome in enumerate(Outcome):
        board.note(finished(n + 1, outcome, size_bytes=123_456))
    board.note(OrderStarted(worker="worker-1", number=OrderNumber("PO" + "9" * 60, "9" * 60), attempt=2))
    assert all(len(line) <= width for line in shown(board, width))


def test_the_time_left_has_the_time_of_day_beside_it_once_that_is_worth_a_look() -> None:
    now = datetime(2025, 6, 1, 14, 30)
    assert left_text(45, now) == "about 45 s left"
    assert left_text(600, now) == "about 10 min left, until 14:40"
    assert left_text(12 * 3600, now) == "about 12 h 00 min left, until Mon 02:30"
    assert left_text(8 * 86_400, now).endswith("until 2025-06-09 14:30")


def test_the_number_of_workers_that_a_run_has_found_is_shown(board: LiveDisplay) -> None:
    assert "auto" not in " ".join(shown(board))
    board.note(WorkersChanged(workers=3, most=16, orders_per_s=1.0))
    assert "3 workers (auto)" in " ".join(shown(board))
