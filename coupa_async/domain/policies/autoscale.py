"""How many workers are worth their browsers. Pure: what was measured and the clock come in as arguments.

The number grows by doubling while that brings more orders a second, then by halving the gap between the largest number
that gained and the smallest that did not. Then it rests, and from time to time tries whether fewer are as fast, or
more are faster: tenants and machines change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

_FIRST_REST_S, _LONGEST_REST_S = 60.0, 1800.0
_CLEAR = 1.4  # times the orders a second: no longer look is needed to see that it gains
_CHANGE = 0.35  # of the orders a second, in either direction: tenant or machine is not what it was
_NEW = 0.3  # of a mean of what one number brings: the weight of the latest look
_PATIENCE = 2.0  # times as long as the orders of a look should take


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoscaleLimits:
    """What the search goes by.

    Attributes:
        most: Never more workers than these.
        gain: The share of orders a second that more workers must bring, to be kept.
        loss: The share that fewer workers may cost, to be kept.
        busy: A share of the processors in use, 0 to 1, from which no browser is added.
        orders: Finished orders that a look at one number takes, and ``orders_a_worker`` more for each worker.
        orders_a_worker: See ``orders``.
        worth_s: Seconds of work left, at the present rate, for which a further browser is worth its start.
    """

    most: int = 16
    gain: float = 0.05
    loss: float = 0.04
    busy: float = 0.85
    orders: int = 8
    orders_a_worker: int = 4
    worth_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was seen while the number of workers stayed the same.

    Attributes:
        orders: Orders finished.
        seconds: How long it was looked.
        busy: The share of the processors in use, 0 to 1.
        has_room: Whether memory has room for a further browser.
        pace: The most requests that the tenant took at a time.
        left: Orders still to be done.
    """

    orders: int
    seconds: float
    busy: float = 0.0
    has_room: bool = True
    pace: int = 1 << 16
    left: int = 1 << 30

    @property
    def per_s(self) -> float:
        """Orders a second."""
        return self.orders / self.seconds if self.seconds else 0.0


class _Phase(Enum):
    UP = auto()
    DOWN = auto()
    REST = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSearch:
    """A search for the best number of workers.

    Attributes:
        workers: How many are to work now.
        best: The best number known.
        best_per_s: The orders a second that it brought when it was last looked at.
        too_many: The smallest number known to gain nothing over ``best``; ``None`` while none is.
        phase: Whether more are tried, or fewer, or neither.
        step: What growing multiplies the number by.
        rests_from_s: When the last trial ended.
        rest_s: For how long nothing is tried from then on.
        is_down_next: Whether the next trial is of fewer.
    """

    limits: AutoscaleLimits
    workers: int = 1
    best: int = 1
    best_per_s: float = 0.0
    too_many: int | None = None
    phase: _Phase = _Phase.UP
    step: float = 2.0
    rests_from_s: float = 0.0
    rest_s: float = _FIRST_REST_S
    is_down_next: bool = True

    def is_enough(self, window: Window) -> bool:
        """Return whether a window is long enough to judge the present number by."""
        whole = self.limits.orders + self.limits.orders_a_worker * self.workers
        if window.orders >= whole:
            return True
        if self.workers > self.best:
            if window.orders >= whole // 2 and window.per_s >= _CLEAR * self.best_per_s:
                return True
            return window.seconds * self.best_per_s > _PATIENCE * whole
        return self.phase is _Phase.UP and window.orders >= whole // 2

    def measured(self, window: Window, now_s: float) -> WorkerSearch:
        """Judge the present number, and choose the next one."""
        ceiling = max(1, min(self.limits.most, window.pace))
        if self.workers > ceiling:
            fewer = replace(self, best=ceiling, best_per_s=window.per_s, too_many=ceiling + 1)
            return fewer._rest(now_s)
        judged = self._judged(window.per_s)
        match judged.phase:
            case _Phase.UP:
                return judged._grown(window, ceiling, now_s)
            case _Phase.DOWN if judged.best == self.workers and judged.best > 1:
                return replace(judged, workers=_fewer(judged.best))
            case _Phase.REST if now_s - judged.rests_from_s >= judged.rest_s:
                return judged._tried_again(window, ceiling, now_s)
            case _Phase.REST:
                return judged
        return judged._rest(now_s)

    def failed(self, now_s: float) -> WorkerSearch:
        """Give the present number up where its browsers do not come."""
        if self.workers <= self.best:
            return self
        return replace(self, too_many=self.workers)._rest(now_s)

    def _judged(self, per_s: float) -> WorkerSearch:
        if self.workers > self.best:
            if per_s >= self.best_per_s * (1 + self.limits.gain):
                return replace(self, best=self.workers, best_per_s=per_s)
            return replace(self, too_many=self.workers)
        if self.workers < self.best:
            if per_s >= self.best_per_s * (1 - self.limits.loss):
                return replace(self, best=self.workers, best_per_s=per_s, too_many=self.best)
            return self
        if abs(per_s - self.best_per_s) > _CHANGE * self.best_per_s:
            return replace(self, best_per_s=per_s, rest_s=_FIRST_REST_S)
        return replace(self, best_per_s=self.best_per_s + _NEW * (per_s - self.best_per_s))

    def _grown(self, window: Window, ceiling: int, now_s: float) -> WorkerSearch:
        """Go on with more, where the machine, the tenant and the work left allow it."""
        if self.too_many is None:
            more = min(max(self.best + 1, int(self.best * self.step)), ceiling)
        else:
            more = min((self.best + self.too_many) // 2, ceiling)
        return replace(self, workers=more) if more > self.best and self._may_grow(window) else self._rest(now_s)

    def _may_grow(self, window: Window) -> bool:
        is_worth_it = window.left > self.limits.worth_s * self.best_per_s and window.left > self.best
        return window.busy < self.limits.busy and window.has_room and is_worth_it

    def _tried_again(self, window: Window, ceiling: int, now_s: float) -> WorkerSearch:
        """Try after a rest whether fewer are as fast, or more are faster; each in turn."""
        rested = replace(self, is_down_next=not self.is_down_next, rest_s=min(2 * self.rest_s, _LONGEST_REST_S))
        if not self.is_down_next:
            return replace(rested, phase=_Phase.UP, too_many=None, step=1.5)._grown(window, ceiling, now_s)
        if self.best == 1:
            return rested._rest(now_s)
        return replace(rested, phase=_Phase.DOWN, workers=_fewer(self.best))

    def _rest(self, now_s: float) -> WorkerSearch:
        return replace(self, phase=_Phase.REST, workers=self.best, rests_from_s=now_s)


def _fewer(workers: int) -> int:
    return workers - max(1, workers // 4)
