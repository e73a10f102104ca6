"""Lists what the API has of something, page by page, although it may change meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from coupa_async.domain.api.answers import Record, records, text
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError, UnknownPageError

# Shorter than any page of answers: where so few come there are no more, however long the tenant's pages are.
_FEW = 10
_ROUNDS = 5

Ask = Callable[[str], Awaitable[object | None]]
"""Asks an address; ``None`` if there is nothing at it."""


async def listed(name: str, address: Callable[[int], str], ask: Ask, bounds: Bounds) -> list[Record] | None:
    """List something. Each page begins with the last record of the one before: if it does not, the list has changed.

    Args:
        name: What it is, for messages.
        address: Returns where it is, from an offset on.
        ask: Asks an address.
        bounds: How many records there may be.

    Returns:
        ``None`` if there is nothing at the address.

    Raises:
        UnknownPageError: If an answer is no list, or it changes without end.
        ExcessivePageError: If there are too many.
        CoupaError: As ``ask``.
    """
    found: dict[str, Record] = {}
    for _ in range(_ROUNDS):
        last, offset = "", 0
        while (page := await _page(address(offset), offset, ask)) is not None:
            if last and not page.keys() <= found.keys() and next(iter(page)) != last:
                break  # it has moved: what stands before may have been passed over
            is_over = len(page) < _FEW or page.keys() <= found.keys()
            found |= page
            if len(found) > bounds.page_attachments:
                path = address(0).partition("?")[0]
                raise ExcessivePageError(f"{path}: more than {bounds.page_attachments:,} {name}")
            if is_over:
                return list(found.values())
            last, offset = list(page)[-1], offset + len(page) - 1
        else:
            return list(found.values()) if offset else None
    raise UnknownPageError(f"{address(0).partition('?')[0]}: its {name} change while they are read")


async def _page(url: str, offset: int, ask: Ask) -> dict[str, Record] | None:
    value = await ask(url)
    if value is None:
        return None
    page = records(value)
    if page is None:
        raise UnknownPageError(f"{url.partition('?')[0]}: the answer is no list of records")
    return {text(record, "id") or f"#{offset + place}": record for place, record in enumerate(page)}
