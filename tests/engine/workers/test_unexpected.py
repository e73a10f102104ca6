"""Errors that nobody foresaw: one order's is that order's, and most orders' is the program's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from backends.fake.backend import Answer, FakeSession
from coupa_async.domain.errors import ProgramError
from coupa_async.domain.outcome import Outcome
from tests.engine.conftest import Bench, page

pytestmark = pytest.mark.anyio
Make = Callable[..., Bench]


def surprising(*urls: str) -> Callable[[str, FakeSession], Answer]:
    def answer(url: str, session: FakeSession) -> Answer:
        if url in urls:
            raise ValueError(f"Invalid IPv6 URL {url}")
        return page(url)

    return answer


async def test_one_orders_surprise_is_one_orders_and_the_rest_goes_on(bench: Make) -> None:
    it = bench(surprising("3"))
    await it.run(6, workers=2)
    assert Counter(it.outcomes.values()) == {Outcome.COMPLETED: 5, Outcome.FAILED: 1}
    error = next(result.error for result in it.results if result.number.key == "3")
    assert error == "unexpected: ValueError: Invalid IPv6 URL 3, see run.log"
    assert it.backend.launches == 2  # no session was lost for it


async def test_a_run_in_which_most_orders_end_so_is_stopped(bench: Make) -> None:
    it = bench(surprising(*map(str, range(5, 60))))
    with pytest.raises(ProgramError, match="10 of 14 orders"):
        await it.run(60)
    assert len(it.results) == 14


async def test_many_surprises_among_more_good_orders_stop_nothing(bench: Make) -> None:
    it = bench(surprising(*map(str, range(2, 60, 2))))
    await it.run(60)
    assert len(it.results) == 60
