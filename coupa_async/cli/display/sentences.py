"""What an event says to a person: what happened, what the program does by itself, and what there is to do."""

from __future__ import annotations

from coupa_async.cli.display.live import pace_text, span_text, stopping_text
from coupa_async.domain.events import (
    Draining,
    Event,
    OrderRetried,
    PaceChanged,
    PersonWaitedFor,
    RunStarted,
    SignedIn,
    TenantLost,
    Warned,
    WorkerRestarting,
    WorkerStopped,
)
from coupa_async.domain.totals.counts import counted

_NOTHING = "(nothing to do)"


def sentence(event: Event) -> tuple[str, str]:
    """Return what an event says, and its style; both empty if it says nothing, or is told in a line of its own."""
    match event:
        case RunStarted():
            return _started(event), ""
        case OrderRetried():
            return f"{event.number.shown}: again in {event.delay_s:.1f} s: {event.reason}", "dim"
        case WorkerRestarting():
            return f"{event.worker} begins again by itself {_NOTHING}: {event.reason}", "yellow"
        case WorkerStopped(reason=reason) if reason:
            return f"{event.worker} is given up, the others go on: {reason}", "red"
        case PersonWaitedFor():
            return f"waited {span_text(event.seconds)} for you; going on", "dim"
        case SignedIn():
            return f"signed in ({event.seconds:.1f} s)", "dim"
        case PaceChanged(reason=reason) if reason:
            return f"Coupa is busy: slowing down to {pace_text(event)} {_NOTHING}: {reason}", "dim"
        case Draining():
            return stopping_text(event), "yellow"
        case TenantLost():
            wait = span_text(event.patience_s)
            return f"No connection to Coupa: waiting up to {wait}. Check network and VPN ({event.reason})", "yellow"
        case Warned():
            return event.text, "yellow"
    return "", ""


def _started(event: RunStarted) -> str:
    sheet = f" in sheet {event.sheet!r}" if event.sheet else ""
    skipped = f"; {event.skipped:,} done before" if event.skipped else ""
    left_out = f"; {event.left_out:,} left out as asked" if event.left_out else ""
    workers = f"; {counted(event.workers, 'worker')}" if event.workers else ""
    return f"{counted(event.total - event.skipped, 'order')} to do{sheet}{skipped}{left_out}{workers}"
