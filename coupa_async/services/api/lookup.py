"""Looks orders up by their numbers. Numbers that are asked for at the same time share a request.

One request for many numbers is believed only after it has given the same as requests for single ones. What it does not
find is asked for once more by itself, so that no order is called not found because of it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial

import anyio

from coupa_async.domain.api.answers import records
from coupa_async.domain.api.documents import ApiDocument, read_document
from coupa_async.domain.api.errors import ApiRefusalError
from coupa_async.domain.api.nested_lists import AskedBy
from coupa_async.domain.api.queries import PAGE, by_numbers, number_forms
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import (
    BusyError,
    CoupaError,
    PageError,
    PageTimeoutError,
    SignInError,
    UnknownPageError,
    UnreachableError,
)
from coupa_async.domain.order import AttachmentSource, OrderNumber
from coupa_async.domain.pages.addresses import kind_of
from coupa_async.ports import Session
from coupa_async.services.api.ask import ask_for_orders

_log = logging.getLogger(__name__)
_BOUNDS = Bounds()
_PROVEN = 3
_SAMPLE = 2
_OVERRUN = 429


class _Bulk(Enum):
    """Whether the tenant knows requests for many numbers."""

    UNTRIED = auto()
    TRUSTED = auto()
    GIVEN_UP = auto()


@dataclass(slots=True)
class _Batch:
    """Numbers that share a request.

    Attributes:
        found: The orders that it found, by key.
        error: Why nobody of it can be answered now; ``None`` if each may ask by itself.
        is_sure: Whether what it did not find is not there.
    """

    numbers: dict[str, OrderNumber] = field(default_factory=dict)
    found: dict[str, ApiDocument] = field(default_factory=dict)
    error: CoupaError | None = None
    is_sure: bool = False
    is_over: bool = False


class NumberLookup:
    """Finds orders by their numbers, whatever form of them the tenant uses."""

    def __init__(
        self,
        base_url: str,
        bounds: Bounds = _BOUNDS,
        *,
        whole_lines: bool = False,
        only_ids: bool = False,
        see: Callable[[ApiDocument], None] = lambda document: None,
    ) -> None:
        """Make it.

        Args:
            base_url: The tenant's address.
            bounds: Bounds on answers.
            whole_lines: Whether lines are read with all that they say.
            only_ids: Whether nothing else than ids is wanted.
            see: Called with each order as soon as it is read.
        """
        self._base_url = base_url
        self._bounds = bounds
        self._address = partial(by_numbers, base_url, whole_lines=whole_lines, only_ids=only_ids)
        self._see = see
        self._bulk = _Bulk.UNTRIED
        self._proofs: Counter[tuple[str, int]] = Counter()
        self._apart: set[str] = set()
        self._next = _Batch()
        self._one = anyio.Lock(fast_acquire=True)

    async def find(self, number: OrderNumber, session: Session) -> ApiDocument | None:
        """Look an order up.

        Returns:
            ``None`` if the tenant has none of this number, or shows it none.

        Raises:
            UnknownPageError: If the answer does not say.
            SignInRequiredError, PageError: As :func:`ask_for_orders`.
        """
        if self._bulk is _Bulk.GIVEN_UP or number.key in self._apart:
            return await self._alone(number, session)
        batch = self._join(number)
        async with self._one:
            if not batch.is_over:
                if batch is self._next:
                    self._next = _Batch()
                await self._answer(batch, session)
        if batch.error is not None:
            raise batch.error
        if batch.is_sure:
            return batch.found.get(number.key)
        return batch.found.get(number.key) or await self._alone(number, session)

    def _join(self, number: OrderNumber) -> _Batch:
        if len(self._next.numbers) >= PAGE:
            self._next = _Batch()
        self._next.numbers[number.key] = number
        return self._next

    async def _answer(self, batch: _Batch, session: Session) -> None:
        """Ask for a batch. Where that fails because of one of its orders, each of them asks by itself."""
        try:
            numbers = list(batch.numbers.values())
            if len(numbers) > 1:
                batch.found = await self._together(numbers, session)
            elif (document := await self._alone(numbers[0], session)) is not None:
                batch.found = {numbers[0].key: document}  # the next batch gathers meanwhile
            batch.is_sure = len(numbers) == 1
        except (BusyError, UnreachableError, PageTimeoutError, SignInError) as error:
            batch.error = error
            if not isinstance(error, SignInError) and getattr(error, "status", 0) != _OVERRUN:
                self._apart.update(batch.numbers)  # it may be one of them that the tenant cannot answer
        except ApiRefusalError as error:
            if len(batch.numbers) > 1:
                self._give_up(str(error))
        except PageError as error:
            _log.info("%d orders are looked up one by one: %s", len(batch.numbers), error)
        finally:
            batch.is_over = True

    async def _together(self, numbers: Sequence[OrderNumber], session: Session) -> dict[str, ApiDocument]:
        forms = [form for number in numbers for form in self._forms(number)]
        answer = await self._ask(forms, session, is_bulk=True)
        wanted = {number.key: number for number in numbers}
        if strangers := [document.number for document in answer if document.key not in wanted]:
            self._give_up(f"asked for many numbers, the API answers with {strangers[0]}, too")
            return {}
        found = {key: match for key, number in wanted.items() if (match := _only(answer, number)) is not None}
        if self._bulk is _Bulk.UNTRIED:
            for key in list(found)[:_SAMPLE]:
                single = await self._alone(wanted[key], session)
                if single is None or single.id != found[key].id:
                    self._give_up(f"asked for many numbers, the API answers otherwise for {wanted[key].shown}")
                    return {}
            self._bulk = _Bulk.TRUSTED if found else _Bulk.UNTRIED
        for key, document in found.items():
            self._note(wanted[key], document)
        return found

    async def _alone(self, number: OrderNumber, session: Session) -> ApiDocument | None:
        forms = self._forms(number)
        tries = [forms] if self._bulk is _Bulk.TRUSTED else [(form,) for form in forms]
        for tried in tries:
            answer = await self._ask(tried, session, is_bulk=len(tried) > 1)
            same = [document for document in answer if document.key == number.key]
            if (found := _only(same, number)) is not None:
                self._note(number, found)
                return found
            if same:
                ids = ", ".join(document.id for document in same)
                raise UnknownPageError(f"the API has several orders of the number {number.shown}, with the ids {ids}")
            if answer:
                raise UnknownPageError(f"asked for {number.shown}, the API answers with {answer[0].number}")
        return None

    async def _ask(self, numbers: Sequence[str], session: Session, *, is_bulk: bool) -> list[ApiDocument]:
        url = self._address(numbers, is_bulk=is_bulk)
        asked_by = AskedBy.NUMBERS if is_bulk else AskedBy.NUMBER
        value = await ask_for_orders(session, url, self._base_url, self._bounds)
        told = records([] if value is None else value)
        found = [read_document(record, AttachmentSource.ORDER, asked_by) for record in told or []]
        documents = [document for document in found if document is not None]
        if told is None or len(documents) < len(told):
            raise UnknownPageError(f"{url.partition('?')[0]}: the answer has no list of orders with id and number")
        for document in documents:
            self._see(document)
        return documents

    def _forms(self, number: OrderNumber) -> tuple[str, ...]:
        """List the forms to ask for: the one that works, where it alone has worked often enough."""
        forms, kind = number_forms(number), kind_of(number)
        worked = {place: count for (known, place), count in self._proofs.items() if known == kind}
        best = max(worked, key=lambda place: worked[place], default=0)
        if best >= len(forms):
            return forms
        if len(worked) == 1 and worked[best] >= _PROVEN:
            return (forms[best],)
        return (forms[best], *(form for form in forms if form != forms[best]))

    def _note(self, number: OrderNumber, document: ApiDocument) -> None:
        forms = number_forms(number)
        if document.number in forms:
            self._proofs[kind_of(number), forms.index(document.number)] += 1

    def _give_up(self, why: str) -> None:
        _log.info("orders are looked up one by one from now on: %s", why)
        self._bulk = _Bulk.GIVEN_UP


def _only(documents: Sequence[ApiDocument], number: OrderNumber) -> ApiDocument | None:
    """Return the one order of a number; of several, the one that has exactly what the sheet shows."""
    same = {document.id: document for document in documents if document.key == number.key}
    exact = [document for document in same.values() if document.number.upper() == number.shown.upper()]
    found = list(same.values()) if len(same) == 1 else exact
    return found[0] if len(found) == 1 else None
