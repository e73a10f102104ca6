"""The one count of where a spreadsheet's orders stand."""

from __future__ import annotations

from collections import Counter

import pytest

from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.counts import counted, listed
from coupa_async.domain.totals.standing import is_all_good, take_stock


def test_an_order_without_an_outcome_is_pending_and_one_that_the_sheet_has_done_is_completed() -> None:
    asked = {"1": False, "2": False, "3": True}
    standing = take_stock(asked, {"1": Outcome.FAILED, "9": Outcome.COMPLETED}, bad_rows=2)
    assert standing.outcomes == {Outcome.FAILED: 1, Outcome.PENDING: 1, Outcome.COMPLETED: 1}
    assert (standing.bad_rows, standing.others) == (2, 1)


@pytest.mark.parametrize("outcome", Outcome)
def test_all_is_good_only_if_every_order_is(outcome: Outcome) -> None:
    assert is_all_good(Counter({Outcome.COMPLETED: 3, outcome: 1})) == outcome.is_good
    assert is_all_good(Counter({outcome: 0}))


def test_counts_are_grammatical() -> None:
    assert [counted(n, "order") for n in (0, 1, 2, 12_345)] == ["0 orders", "1 order", "2 orders", "12,345 orders"]
    assert counted(2, "entry", "entries") == "2 entries"
    assert [listed(items) for items in ([6], [6, 45], [6, 7, 45])] == ["6", "6 and 45", "6, 7 and 45"]
