"""Whoever fails at listening is logged, and the run goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from coupa_async.domain.events import Event, OrderFinished
from coupa_async.domain.outcome import Outcome
from coupa_async.engine.observers import ObserverGroup
from tests.engine.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_an_observer_that_raises_is_logged_and_costs_nobody_anything(
    bench: Callable[..., Bench], caplog: pytest.LogCaptureFixture
) -> None:
    """R4"""
    heard: list[Event] = []

    def deaf(event: Event, /) -> None:
        raise RuntimeError("the report's disk is full")

    it = bench()
    it.on_event = ObserverGroup([deaf, heard.append])
    with caplog.at_level(logging.ERROR):
        await it.run(5, workers=2)
    assert it.outcomes == dict.fromkeys("12345", Outcome.COMPLETED)
    assert heard == it.events
    assert len([event for event in heard if isinstance(event, OrderFinished)]) == 5
    assert "an observer failed at OrderFinished" in caplog.text
    assert "the report's disk is full" in caplog.text
