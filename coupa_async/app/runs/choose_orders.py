"""Chooses which orders a run works on, by what the journal knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.selection import Selection
from coupa_async.services.records.journal import Journal
from coupa_async.services.spreadsheet.worklist import Worklist

# Whose page was read: their data can be read again, and what is on disk stays.
_REFRESHED = frozenset({Outcome.COMPLETED, Outcome.NO_ATTACHMENTS, Outcome.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The orders of a run.

    Attributes:
        orders: In their order.
        finished: The results of those of them whose data alone is asked for again, by key.
        settled: How many of the spreadsheet have an outcome and are left as they are.
    """

    orders: list[Order]
    finished: Mapping[str, OrderResult] = field(default_factory=lambda: MappingProxyType({}))
    settled: int = 0


def choose_orders(worklist: Worklist, selection: Selection, settings: Settings, journal: Journal) -> Choice:
    """Choose the orders, and forget the old outcomes of those that run again. Blocking."""
    todo = selection.of(worklist.orders, journal.outcomes())
    if settings.no_files and Outcome.COMPLETED not in selection.due:  # what was read is done
        read = journal.settled()
        todo = [order for order in todo if order.number.key not in read]
    finished = _finished(worklist, selection, todo, journal) if settings.refresh_data else {}
    journal.forget(order.number for order in todo)
    again = [Order(number=result.number, links=(result.url,), group=result.group) for result in finished.values()]
    keys = {order.number.key for order in worklist.orders}
    settled = len(worklist.done) + len(journal.settled() & keys)
    return Choice(orders=todo + again, finished=finished, settled=max(settled - len(again), 0))


def _finished(worklist: Worklist, selection: Selection, todo: list[Order], journal: Journal) -> dict[str, OrderResult]:
    working = {order.number.key for order in todo}
    meant = selection.only or worklist.rows.keys()
    found = {
        result.number.key: result
        for result, _ in journal.results()
        if result.outcome in _REFRESHED and result.number.key in meant and result.number.key not in working
    }
    if selection.limit is None:
        return found
    return dict(list(found.items())[: max(selection.limit - len(todo), 0)])
