"""What an event says to a person: what happened, what the program does by itself, and what there is to do."""

from __future__ import annotations

from coupa_async.cli.display.live import pace_text, span_text, stopping_text
from coupa_async.cli.language import _, amount, message, ngettext, orders
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


def sentence(event: Event) -> tuple[str, str]:
    """Return what an event says, and its style; both empty if it says nothing, or is told in a line of its own."""
    match event:
        case RunStarted():
            return _started(event), ""
        case OrderRetried():
            again = _("again in %(seconds)s s") % {"seconds": amount(event.delay_s, 1)}
            return f"{event.number.shown}: {again}: {message(event.reason)}", "dim"
        case WorkerRestarting():
            again = _("%(worker)s begins again by itself (nothing to do)") % {"worker": event.worker}
            return f"{again}: {message(event.reason)}", "yellow"
        case WorkerStopped(reason=reason) if reason:
            given_up = _("%(worker)s is given up, the others go on") % {"worker": event.worker}
            return f"{given_up}: {message(reason)}", "red"
        case PersonWaitedFor():
            return _("waited %(span)s for you; going on") % {"span": span_text(event.seconds)}, "dim"
        case SignedIn():
            return _("signed in (%(seconds)s s)") % {"seconds": amount(event.seconds, 1)}, "dim"
        case PaceChanged(reason=reason) if reason:
            busy = _("Coupa is busy: slowing down to %(pace)s (nothing to do)") % {"pace": pace_text(event)}
            return f"{busy}: {message(reason)}", "dim"
        case Draining():
            return stopping_text(event), "yellow"
        case TenantLost():
            lost = _("No connection to Coupa: waiting up to %(span)s. Check network and VPN")
            return f"{lost % {'span': span_text(event.patience_s)}} ({message(event.reason)})", "yellow"
        case Warned():
            return message(event.text), "yellow"
    return "", ""


def _workers(event: RunStarted) -> str:
    workers = ngettext("%(num)s worker", "%(num)s workers", event.workers)
    return _("up to %(workers)s, as many as it gains from") % {"workers": workers} if event.is_auto else workers


def _started(event: RunStarted) -> str:
    sheet = _(" in sheet %(sheet)s") % {"sheet": repr(event.sheet)} if event.sheet else ""
    parts = [
        _("%(orders)s to do%(sheet)s") % {"orders": orders(event.total - event.skipped), "sheet": sheet},
        _("%(num)s done before") % {"num": amount(event.skipped)} if event.skipped else "",
        _("%(num)s left out as asked") % {"num": amount(event.left_out)} if event.left_out else "",
        _workers(event) if event.workers else "",
    ]
    return "; ".join(filter(None, parts))
