"""What orders come to, on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from coupa_async.cli.display.amounts import show_amounts
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.totals.amounts import Amounts
from tests.domain.totals.test_amounts import data


def told(amounts: Amounts) -> str:
    console = Console(file=io.StringIO(), width=100)
    show_amounts(amounts, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_largest_groups_are_shown_with_their_sums_and_texts_are_no_markup() -> None:
    amounts = Amounts()
    for number in range(5):
        amounts.add(data(f"{number}.50", status="[red]Open"), f"Supplier {number}", Formats())
    text = told(amounts)
    assert "[red]Open" in text
    assert "12.50 USD" in text
    assert "and 2 more" in text
    assert "Supplier 3" not in text


def test_nothing_is_shown_of_no_order_and_totals_that_are_not_certain_are_counted() -> None:
    assert told(Amounts()) == ""
    amounts = Amounts()
    amounts.add(data(""), "", Formats())
    assert "(none)" in told(amounts)
    assert "1 without a total that is certainly a number" in told(amounts)
