"""Where an output folder stands, read from its journal and history, also while a run goes on."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from coupa_async.domain.outcome import Outcome
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """An output folder in numbers.

    Attributes:
        outcomes: Orders by outcome; PENDING for those of the spreadsheet that have none, also where the
            latest run was not to do them.
        files: Files kept, and their ``size_bytes``.
        restarts: Of workers, in the latest run.
        started_at: Of the latest run; ``None`` if none is known.
        ended_at: Likewise; ``None`` also while it goes on, and if it was killed.
        last_processed: When the latest order had its outcome; ``None`` before the first.
    """

    outcomes: Counter[Outcome]
    files: int
    size_bytes: int
    restarts: int
    started_at: datetime | None
    ended_at: datetime | None
    last_processed: datetime | None

    @property
    def seconds(self) -> float:
        """From the start of the latest run to its end, or to the last order that it processed."""
        until = self.ended_at or self.last_processed
        return max((until - self.started_at).total_seconds(), 0.0) if until and self.started_at else 0.0


def run_status(journal: Journal, history: History) -> RunStatus:
    """Read the status of an output folder."""
    outcomes, times = Counter(journal.outcomes().values()), journal.times()
    files, size_bytes = journal.files()
    run = next(reversed(history.runs()), None)
    run_events = list(history.run_events(run)) if run else []
    if run:
        # The journal knows whole seconds, the history thousandths.
        done = len(times) - bisect_left(times, run.started_at.replace(microsecond=0))
        started = [run_event for run_event in run_events if run_event.kind == "started"]
        to_do = sum(int(run_event.value or 0) + int(run_event.detail or 0) for run_event in started)
        outcomes[Outcome.PENDING] += max(to_do - done, 0)  # beside those whose files were not asked for
    return RunStatus(
        outcomes=+outcomes,
        files=files,
        size_bytes=size_bytes,
        restarts=sum(run_event.kind == "restart" for run_event in run_events),
        started_at=run.started_at if run else None,
        ended_at=run.ended_at if run else None,
        last_processed=times[-1] if times else None,
    )
