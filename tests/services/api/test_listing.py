"""Lists that the API gives page by page, and that change meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError, UnknownPageError
from coupa_async.services.api.listing import listed

pytestmark = pytest.mark.anyio


def pages(rows: Callable[[int], list[str]], size: int = 10) -> tuple[Callable[[str], object], list[int]]:
    """Answer with pages of rows, as they are at the nth request."""
    asked: list[int] = []

    async def ask(url: str) -> object:
        asked.append(int(url))
        return [{"id": name} for name in rows(len(asked))[int(url) : int(url) + size]]

    return ask, asked


async def ids(rows: Callable[[int], list[str]], bounds: Bounds | None = None) -> list[object]:
    ask, _ = pages(rows)
    found = await listed("things", str, ask, bounds or Bounds())  # type: ignore[arg-type]
    return [record["id"] for record in found or ()]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 19, 20, 25, 28, 29, 30])
async def test_all_pages_are_read(count: int) -> None:
    everything = [str(number) for number in range(count)]
    assert await ids(lambda asked: everything) == everything


@pytest.mark.parametrize("gone", [0, 3, 9])
async def test_nothing_is_passed_over_where_something_before_is_deleted_meanwhile(gone: int) -> None:
    before = [str(number) for number in range(25)]
    after = [name for name in before if name != str(gone)]
    assert set(after) <= set(await ids(lambda asked: before if asked == 1 else after))


async def test_nothing_is_passed_over_where_something_is_added_meanwhile() -> None:
    before = [str(number) for number in range(25)]
    assert set(await ids(lambda asked: before if asked == 1 else ["new", *before])) == {"new", *before}


async def test_what_changes_without_end_is_no_answer() -> None:
    with pytest.raises(UnknownPageError, match="its things change while they are read"):
        await ids(lambda asked: [f"{asked}/{number}" for number in range(25)])


async def test_the_same_page_again_and_again_ends() -> None:
    async def ask(url: str) -> object:
        return [{"id": str(number)} for number in range(50)]

    assert len(await listed("things", str, ask, Bounds()) or ()) == 50


async def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(ExcessivePageError, match="more than 100 things"):
        await ids(lambda asked: [str(number) for number in range(10_000)], Bounds(page_attachments=100))
