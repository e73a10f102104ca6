"""Limits of the engine and of its sign-in gate: workers, tries, seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from coupa_async.domain.policies.retry import Backoff


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """The engine's limits.

    Attributes:
        workers: Sessions side by side.
        tabs: Orders at once on one session.
        max_attempts: Tries an order gets for its own errors.
        max_sessions_lost: Sessions that one order may take down before it is FAILED instead of tried again.
        max_failures: After so many failures in a row the browser is blamed for them and restarted, once.
        max_unconfirmed: After so many unconfirmed not-founds the session's sign-in is checked.
        recycle_orders: A session is replaced after about so many orders; up to 10 % more or less, to spread them.
        max_sign_ins: Sign-ins that one order may ask for before the sign-in is called refused.
        stall_s: A worker without progress for so long is restarted.
        backoff: Delays between tries of an order.
        restart_backoff: Delays between restarts of a worker; the first is at once.
        healthy_s: After a session as long as this, the next restart counts as the first one.
        max_restarts: More than so many restarts of one worker within ``restart_period_s`` stop it.
        stagger_s: Between the starts of two workers.
        grace_s: Time for the orders in flight after the first signal.
    """

    workers: int = 1
    tabs: int = 1
    max_attempts: int = 3
    max_sessions_lost: int = 2
    max_failures: int = 3
    max_unconfirmed: int = 5
    recycle_orders: int = 250
    max_sign_ins: int = 3
    stall_s: float = 900.0
    backoff: Backoff = field(default_factory=lambda: Backoff(base_s=1.0, cap_s=30.0))
    restart_backoff: Backoff = field(default_factory=lambda: Backoff(base_s=2.0, cap_s=60.0))
    healthy_s: float = 60.0
    max_restarts: int = 5
    restart_period_s: float = 300.0
    stagger_s: float = 0.2
    grace_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLimits:
    """How long the gate tries.

    Attributes:
        sign_ins: Tries of a sign-in that the tenant does not answer. A refusal is never tried again.
        first_s: Seconds to try a tenant that this run has never reached; its address may be wrong.
        again_s: Seconds to try a tenant that was there before: a laptop slept, or the network is away for a while.
        backoff: Delays between tries.
        keep_s: Seconds for a session to save its state.
    """

    sign_ins: int = 4
    first_s: float = 60.0
    again_s: float = 900.0
    backoff: Backoff = field(default_factory=lambda: Backoff(base_s=2.0, cap_s=30.0))
    keep_s: float = 10.0
