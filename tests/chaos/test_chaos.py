"""Faults of the catalogue, mixed: every order keeps its one true outcome. ``make chaos`` is the long form."""

from __future__ import annotations

import pytest

from tests.chaos.schedule import schedule
from tests.chaos.turmoil import turmoil


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", range(1, 6))
def test_sixty_orders_keep_their_truth(where: dict[str, str], seed: int) -> None:
    assert turmoil(where, "double", seed) == []


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", [1, 2])
def test_over_the_api_too(where: dict[str, str], seed: int) -> None:
    assert turmoil(where, "api", seed) == []


@pytest.mark.browser
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("backend", "seed"), [("playwright", 10), ("selenium", 5)])
def test_with_browsers_that_are_harmed_too(where: dict[str, str], backend: str, seed: int) -> None:
    assert turmoil(where, backend, seed) == []


def test_a_seed_makes_the_same_schedule_again() -> None:
    assert schedule(7, has_browsers=True) == schedule(7, has_browsers=True)
    assert schedule(7, has_browsers=True) != schedule(8, has_browsers=True)


def test_no_worker_is_struck_twice_between_two_deaths_of_the_program() -> None:
    for seed in range(300):
        struck: list[str] = []
        for blow in schedule(seed, has_browsers=True):
            struck = [] if blow.what == "killed program" else [*struck, blow.worker] if blow.worker else struck
            assert len(struck) == len(set(struck))
