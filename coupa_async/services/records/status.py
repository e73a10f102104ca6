"""Where an output folder stands, read from its journal and history, also while a run goes on."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.standing import Standing, take_stock
from coupa_async.domain.totals.time_left import TimeLeft
from coupa_async.services.records.history import History, RunEvent, RunRecord
from coupa_async.services.records.journal import Journal

_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """An output folder in numbers.

    Attributes:
        standing: Where the orders of the latest run's spreadsheet stand.
        asked: Their keys.
        bad_rows: Why a row of it names no order, by its number.
        files: Files kept, and their ``size_bytes``.
        restarts: Of workers, in the latest run.
        started_at: Of the latest run; ``None`` if none is known.
        ended_at: Likewise; ``None`` also while it goes on, and if it was killed.
        last_processed: When the latest order had its outcome; ``None`` before the first.
        waited_s: Seconds of the latest run in which it waited for a person.
        pace: Of the latest run: its orders, without what the machine slept or a person was waited for.
        is_stopping: Whether the latest run was asked to stop.
        left_out: Orders without an outcome that the latest run is not to do.
        settings: Of the latest run, redacted.
    """

    standing: Standing
    asked: frozenset[str] = frozenset()
    bad_rows: Mapping[int, str] = field(default_factory=dict)
    files: int
    size_bytes: int
    restarts: int
    started_at: datetime | None
    ended_at: datetime | None
    last_processed: datetime | None
    waited_s: float = 0.0
    pace: TimeLeft = field(default_factory=TimeLeft)
    is_stopping: bool = False
    left_out: int = 0
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def input(self) -> Path | None:
        """The latest run's spreadsheet; ``None`` if none is known."""
        return Path(str(self.settings["input"])) if self.settings.get("input") else None

    @property
    def is_demo(self) -> bool:
        """Whether the latest run's tenant was the recorded site."""
        return bool(self.settings.get("is_demo"))

    @property
    def seconds(self) -> float:
        """From the start of the latest run to its end, or to the last order, without the wait for a person."""
        until = self.ended_at or self.last_processed
        if until is None or self.started_at is None:
            return 0.0
        return max((until - self.started_at).total_seconds() - self.waited_s, 0.0)

    def seconds_left(self, now: datetime) -> float | None:
        """Return how long the latest run will take yet, if it is at work; ``None`` while that cannot be told.

        Args:
            now: Not before that of an earlier call.
        """
        self.pace.look(now.timestamp())
        remaining = max(self.standing.outcomes[Outcome.PENDING] - self.left_out, 0)
        return None if self.is_stopping else self.pace.seconds(remaining)


def run_status(journal: Journal, history: History) -> RunStatus:
    """Read the status of an output folder."""
    known, times = journal.outcomes(), journal.times()
    files, size_bytes = journal.files()
    run = next(reversed(history.runs()), None)
    run_events = list(history.run_events(run)) if run else []
    asked = history.asked()
    if asked.orders or asked.bad_rows:
        standing = take_stock(asked.orders, known, bad_rows=len(asked.bad_rows))
    else:
        standing = _of_an_older_version(known.values(), times, run, run_events)
    started = [run_event for run_event in run_events if run_event.kind == "started"]
    return RunStatus(
        standing=standing,
        asked=frozenset(asked.orders) or frozenset(known),
        bad_rows=asked.bad_rows,
        files=files,
        size_bytes=size_bytes,
        restarts=sum(run_event.kind == "restart" for run_event in run_events),
        started_at=run.started_at if run else None,
        ended_at=run.ended_at if run else None,
        last_processed=times[-1] if times else None,
        waited_s=sum(run_event.value or 0.0 for run_event in run_events if run_event.kind == "waited"),
        pace=_pace(run.started_at, run_events, times[_first_of(run, times) :]) if run else TimeLeft(),
        is_stopping=any(run_event.kind == "draining" for run_event in run_events),
        left_out=sum(_number(run_event.detail) for run_event in started),
        settings=run.settings if run else {},
    )


def _pace(started_at: datetime, run_events: Sequence[RunEvent], finished: Iterable[datetime]) -> TimeLeft:
    """Watch a run once more, from its start to the last that is known of it.

    Args:
        started_at: Its start.
        run_events: What happened. A reading of the memory comes every few seconds: without any, the machine slept.
        finished: When its orders had their outcomes.
    """
    is_alive = any(run_event.kind == "memory" for run_event in run_events)
    pace = TimeLeft() if is_alive else TimeLeft(longest_step_s=math.inf)
    waits = [(item.at - timedelta(seconds=item.value or 0.0), item.at) for item in run_events if item.kind == "waited"]
    pace.look(started_at.timestamp())
    pace.began()
    for at, is_order in sorted([*((item.at, False) for item in run_events), *((at, True) for at in finished)]):
        pace.look(at.timestamp(), is_waiting=any(begun < at <= ended for begun, ended in waits))
        if is_order:
            pace.finished()
    return pace


def _of_an_older_version(
    outcomes: Iterable[Outcome], times: Sequence[datetime], run: RunRecord | None, run_events: Iterable[RunEvent]
) -> Standing:
    """Tell it from how many orders a run was to do: a version without a asked has noted no more."""
    counts = Counter(outcomes)
    if run:
        done = len(times) - _first_of(run, times)
        started = (run_event for run_event in run_events if run_event.kind == "started")
        to_do = sum(int(run_event.value or 0) + _number(run_event.detail) for run_event in started)
        counts[Outcome.PENDING] = max(to_do - done, 0)
    return Standing(outcomes=+counts)


def _number(text: str) -> int:
    """Read how many orders a run left out; 0 of what is no number, which another version may have noted."""
    return int(text) if text.isdecimal() and len(text) < _DIGITS else 0


def _first_of(run: RunRecord, times: Sequence[datetime]) -> int:
    """Return the place of the first order that a run processed. The journal knows whole seconds, the history more."""
    return bisect_left(times, run.started_at.replace(microsecond=0))
