"""Passes events to all observers. An observer that fails is logged, and the run goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from coupa_async.domain.events import Event
from coupa_async.ports import Observer

_log = logging.getLogger(__name__)


class ObserverGroup:
    """Several observers as one."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = list(observers)

    def add(self, *observers: Observer) -> None:
        """Pass what comes from now on to these, too."""
        self._observers += observers

    def __call__(self, event: Event, /) -> None:
        """Pass an event to all of them."""
        for observer in self._observers:
            try:
                observer(event)
            except Exception:  # noqa: BLE001 - whatever a listener does wrong is its own trouble
                _log.exception("an observer failed at %s", type(event).__name__)
