"""How much may be asked of the tenant at a time. Pure: additive increase, multiplicative decrease (RFC 5681's idea).

Two limits: requests in flight, and requests a second. The second one is open until the tenant first asks to come back
later: where an answer takes a millisecond, one request in flight is already a thousand a second. The first refusal
shows little of the allowed rate, for a burst went before it; it is searched for in large steps until the second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

_HALF = 0.5  # of the requests in flight, when the tenant is overrun
_LESS = 0.9  # of the rate, when it asks to come back later
_LEAST_PER_S = 5.0  # a slow page or a young run shows a lower rate than any tenant allows; Retry-After still holds
_EASE = 0.7  # of the requests in flight, when its answers take longer and longer
_GROWTH = 0.004  # of the rate at the last cut, each second that it is made full use of
_SEARCH = 0.35  # of the present rate, each such second, while the allowed one is not known
_CALM_S = 60.0  # without a refusal: what was learned of the allowed rate no longer holds
_RECENT_S = 1.0
_USUAL, _LATELY = 200, 20  # answers that the two averages of latency look back on
_RISE, _RISE_S = 2.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottleLimits:
    """Between what the pace is kept.

    Attributes:
        floor: So many requests may always be in flight.
        ceiling: And never more than so many.
        start: What it begins with.
        requests_per_s: Never more than so many a second.
        burst: So many of them may come at once, where fewer came before: what was late is made up for.
    """

    floor: int = 1
    ceiling: int = 64
    start: int = 8
    requests_per_s: float = math.inf
    burst: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LimiterState:
    """The present pace, and what it is judged by. Times are on one clock, in seconds.

    Attributes:
        in_flight: Requests at a time; its whole part counts.
        per_s: Requests a second.
        growth_per_s: What ``per_s`` grows by, each second that it is made full use of; 0 while it is searched for.
        is_starting: Whether nothing has gone wrong yet; then it grows fast.
        cut_s: When it was last cut.
        answers: Answers in the last second, the older the less.
        answers_s: When they were counted.
        timed: Answers whose latency was seen.
        usual_s: Their latency in the long run.
        lately_s: And lately.
    """

    limits: ThrottleLimits
    in_flight: float
    per_s: float
    growth_per_s: float = 0.0
    is_starting: bool = True
    cut_s: float = -math.inf
    answers: float = 0.0
    answers_s: float = 0.0
    timed: int = 0
    usual_s: float = 0.0
    lately_s: float = 0.0

    @classmethod
    def begin(cls, limits: ThrottleLimits) -> LimiterState:
        """Begin."""
        start = min(max(limits.start, limits.floor), limits.ceiling)
        return cls(limits=limits, in_flight=start, per_s=limits.requests_per_s)

    def answered(self, now_s: float, *, is_full: bool) -> LimiterState:
        """Take note of a good answer.

        Args:
            now_s: When it came.
            is_full: Whether as many were in flight as may be; only then does more help.
        """
        fade = math.exp(-max(now_s - self.answers_s, 0.0) / _RECENT_S)
        grown = self.in_flight + (1.0 if self.is_starting else 1.0 / self.in_flight) * is_full
        is_known = self.growth_per_s > 0 and now_s - self.cut_s < _CALM_S
        more_per_s = self.growth_per_s / self.per_s if is_known else _SEARCH
        return replace(
            self,
            in_flight=min(grown, float(self.limits.ceiling)),
            per_s=min(self.per_s + more_per_s, self.limits.requests_per_s),
            answers=self.answers * fade + 1.0,
            answers_s=max(now_s, self.answers_s),
        )

    def took(self, latency_s: float, now_s: float, asked_s: float) -> LimiterState:
        """Take note of how long an answer took; cut what is in flight when that rises."""
        timed = min(self.timed + 1, _USUAL)
        usual_s = self.usual_s + (latency_s - self.usual_s) / timed
        lately_s = self.lately_s + (latency_s - self.lately_s) / min(timed, _LATELY)
        seen = replace(self, timed=timed, usual_s=usual_s, lately_s=lately_s)
        if timed < _LATELY or lately_s < _RISE * usual_s or lately_s < usual_s + _RISE_S:
            return seen
        # What it takes now is the usual from here on: a slow afternoon must not cut again and again.
        return replace(seen, usual_s=lately_s)._cut(_EASE, now_s, asked_s)

    def timed_out(self, now_s: float, asked_s: float) -> LimiterState:
        """Take note of an answer that did not come in time."""
        return self._cut(_HALF, now_s, asked_s)

    def refused(self, now_s: float, asked_s: float, pause_s: float) -> LimiterState:
        """Take note of a request to come back later.

        Args:
            now_s: When it came.
            asked_s: When it was asked for.
            pause_s: How long nothing will be asked for now; no time in which answers could have come.
        """
        cut = self._cut(_HALF, now_s, asked_s)
        if cut is self:
            return self
        per_s = min(max(_LESS * min(self.per_s, self.answers), _LEAST_PER_S), self.limits.requests_per_s)
        growth_per_s = 0.0 if math.isinf(self.per_s) else _GROWTH * per_s
        return replace(cut, per_s=per_s, growth_per_s=growth_per_s, answers_s=now_s + pause_s)

    def _cut(self, factor: float, now_s: float, asked_s: float) -> LimiterState:
        """Cut once for all that was asked for before the last cut: it says nothing of the pace since."""
        if asked_s < self.cut_s:
            return self
        in_flight = max(self.in_flight * factor, float(self.limits.floor))
        return replace(self, in_flight=in_flight, is_starting=False, cut_s=now_s)
