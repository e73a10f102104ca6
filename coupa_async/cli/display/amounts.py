"""Shows what orders come to on the terminal, by status, currency, supplier and company."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coupa_async.domain.totals.amounts import GROUPS, Amounts

_SHOWN = 3
_NONE = "(none)"


def show_amounts(amounts: Amounts, console: Console) -> None:
    """Print the largest groups with their orders and sums."""
    if not amounts.all.orders:
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for group in GROUPS:
        values = list(amounts.largest(group))
        for place, (value, amount) in enumerate(values[:_SHOWN]):
            name = "" if place else group
            table.add_row(name, escape(value) or _NONE, f"{amount.orders:>6,}", "; ".join(amount.texts()))
        if (more := len(values) - _SHOWN) > 0:
            table.add_row("", f"[dim]and {more:,} more[/]", "", "")
    console.print()
    console.print(table)
    if amounts.all.unsummed:
        console.print(f"{amounts.all.unsummed:,} without a total that is certainly a number", highlight=False)
