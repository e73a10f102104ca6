"""What calls a person back when a run has ended: bell, title, a notice of the desktop, and the results opened."""

from __future__ import annotations

from anyio import to_thread
from rich.console import Console

from coupa_async.app.runs.summary import Summary
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.language import _, amount, orders
from coupa_async.domain.errors import OutputError
from coupa_async.domain.outcome import Outcome
from coupa_async.runtime.desktop import open_on_desktop
from coupa_async.runtime.desktop_notice import show_notice

_TITLE = "coupa-async"


def headline(summary: Summary) -> str:
    """Say in half a line what came of a run."""
    total, still_open = summary.outcomes.total(), summary.outcomes[Outcome.PENDING]
    if summary.error is not None or summary.stopped_by:
        return _("stopped: %(num)s of %(orders)s done") % {"num": amount(total - still_open), "orders": orders(total)}
    good = sum(count for outcome, count in summary.outcomes.items() if outcome.is_good)
    if good == total:
        return _("finished: %(orders)s, all well") % {"orders": orders(total)}
    told = {"num": amount(good), "orders": orders(total), "rest": amount(total - good)}
    return _("finished: %(num)s of %(orders)s well, %(rest)s to look at") % told


async def call_back(summary: Summary, console: Console) -> None:
    """Ring the terminal's bell, set its title and show a notice of the desktop. Nothing where no terminal is."""
    if not console.is_terminal:
        return
    text = headline(summary)
    console.bell()
    console.set_window_title(f"{_TITLE} {text}")
    await show_notice(_TITLE, text)


async def open_results(summary: Summary, console: Console) -> None:
    """Show the output folder and the report with the desktop's programs."""
    for path in (summary.output_dir, summary.report):
        if path is not None:
            try:
                await to_thread.run_sync(open_on_desktop, path)
            except (OutputError, OSError) as error:
                print_text(console, str(error), style="yellow")
