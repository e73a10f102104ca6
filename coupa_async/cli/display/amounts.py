"""Shows what orders come to on the terminal, by status, currency, supplier and company."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coupa_async.cli.display.live import more_text
from coupa_async.cli.language import _, amount
from coupa_async.domain.totals.amounts import GROUPS, Amounts

_SHOWN = 3


def show_amounts(amounts: Amounts, console: Console) -> None:
    """Print the largest groups with their orders and sums."""
    if not amounts.all.orders:
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for group in GROUPS:
        values = list(amounts.largest(group))
        for place, (value, total) in enumerate(values[:_SHOWN]):
            name = "" if place else _(group)
            table.add_row(name, escape(value) or _("(none)"), f"{total.orders:>6,}", "; ".join(total.texts()))
        if (more := len(values) - _SHOWN) > 0:
            table.add_row("", f"[dim]{more_text(more)}[/]", "", "")
    console.print()
    console.print(table)
    if amounts.all.unsummed:
        unsummed = _("%(num)s without a total that is certainly a number") % {"num": amount(amounts.all.unsummed)}
        console.print(unsummed, highlight=False)
