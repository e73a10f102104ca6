"""The limits of a run, from its settings: sizes, targets, memory, and how much goes on at a time. Pure."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.http.targets import Targets
from coupa_async.domain.policies.autoscale import AutoscaleLimits
from coupa_async.domain.policies.memory import MemoryLimits
from coupa_async.domain.policies.throttle import ThrottleLimits

_MIB = 2**20
_LARGE_BYTES = 100 * _MIB
# What Coupa allows; of its burst of 20 most is left to it, for what comes closer together on the way.
_API_PER_S, _API_BURST = 25.0, 5


def make_targets(settings: Settings) -> Targets:
    """Return where links and redirects may lead. The host of the login URL is allowed: the user chose it."""
    login = urlsplit(settings.login_url or "").hostname
    return Targets(base_url=settings.tenant(), allowed_hosts=(*settings.allowed_hosts, *([login] if login else [])))


def make_bounds(settings: Settings) -> Bounds:
    """Return the bounds on what others send."""
    return Bounds(
        page_bytes=settings.max_page_mb * _MIB,
        file_bytes=settings.max_file_mb * _MIB if settings.max_file_mb else None,
        disk_reserve_bytes=settings.disk_reserve_mb * _MIB,
        parse_s=settings.parse_s,
    )


def throttle_limits(settings: Settings) -> ThrottleLimits:
    """Return how many requests may be on their way, and how many may begin in a second."""
    is_api = settings.chosen_lane == "api"
    return ThrottleLimits(
        floor=min(settings.min_in_flight, settings.max_in_flight),
        ceiling=settings.max_in_flight,
        requests_per_s=settings.requests_per_s or (_API_PER_S if is_api else math.inf),
        burst=_API_BURST if is_api and settings.requests_per_s is None else 1,
    )


def memory_limits(settings: Settings) -> MemoryLimits:
    """Return when memory counts as short.

    Raises:
        SettingsError: If the threshold is not a share between 0 and 1.
    """
    return MemoryLimits(threshold=settings.memory_threshold, critical=max(0.95, settings.memory_threshold))


def tabs_a_session(settings: Settings) -> int:
    """Return how many orders a session works on at once.

    Over HTTP this is 1.5 times the requests that may be in flight, because an order that writes files makes no request.
    """
    if settings.tabs is not None:
        return settings.tabs
    if settings.chosen_lane == "browser":
        return 1
    return max(1, settings.max_in_flight * 3 // (2 * (settings.workers or 1)))


def bandwidth_notes(settings: Settings, *, is_elsewhere: bool = False) -> list[str]:
    """Return what the person should know of a bound on the bandwidth.

    Args:
        settings: The run's.
        is_elsewhere: Whether the browsers run on other machines.
    """
    if settings.bandwidth is None:
        return []
    if settings.backend not in ("playwright", "selenium") and settings.chosen_lane != "api":
        return [f"backend {settings.backend} is not held to COUPA_BANDWIDTH: only what comes over plain HTTP is"]
    if is_elsewhere:
        return ["COUPA_BANDWIDTH bounds what the browsers elsewhere take; their files come here as fast as they can"]
    return []


def paced_s(settings: Settings) -> float:
    """Return how much longer than usual a file may take because the bandwidth is bounded: a large one, among many."""
    if settings.bandwidth is None:
        return 0.0
    at_once = (settings.workers or AutoscaleLimits().most) * tabs_a_session(settings)
    return max(at_once, settings.max_in_flight) * _LARGE_BYTES / settings.bandwidth


def finds_workers(settings: Settings) -> bool:
    """Return whether the run finds out how many workers are best. Without a browser each, one serves all."""
    return settings.workers is None and settings.chosen_lane == "browser"


def most_workers(settings: Settings, orders: int) -> int:
    """Return how many workers there may be for so many orders."""
    most = AutoscaleLimits().most if finds_workers(settings) else settings.workers or 1
    return min(most, orders)
