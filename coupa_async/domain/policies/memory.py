"""What to do about memory in use. Pure: readings and the clock come in as arguments, shares are 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLimits:
    """When memory is short. 0.85 means 85 %.

    Attributes:
        threshold: Over this share there are too many workers.
        critical: Over this share the heaviest goes at once.
        relief: As far below the threshold there is room for one more; what lies between keeps it from swinging.
        settle_s: For a change to show, in either direction.
        urgent_s: For a browser that was ended to give its memory back.

    Raises:
        SettingsError: If they do not lie in this order, as with 85 for 85 %.
    """

    threshold: float = 0.85
    critical: float = 0.95
    relief: float = 0.10
    settle_s: float = 30.0
    urgent_s: float = 5.0

    def __post_init__(self) -> None:
        if not self.relief < self.threshold <= self.critical <= 1.0:
            raise SettingsError(
                f"memory threshold {self.threshold:g}: write a share over {self.relief:g} and up to {self.critical:g}: "
                "0.85 is 85 %"
            )


@dataclass(frozen=True, slots=True)
class Steady:
    """Nothing to do, or too early to tell."""


@dataclass(frozen=True, slots=True)
class Shrink:
    """Retire the heaviest session after its order, then run one worker fewer."""


@dataclass(frozen=True, slots=True)
class Grow:
    """Run one worker more."""


@dataclass(frozen=True, slots=True)
class RestartHeaviest:
    """Restart the heaviest session at once; its order runs again."""


Relief = Steady | Shrink | Grow | RestartHeaviest


def decide(usage: float, limits: MemoryLimits, *, configured: int, allowed: int, since_change_s: float) -> Relief:
    """Choose what to do about memory.

    A single worker is never taken away, and not restarted more often than ``settle_s`` either: where others fill the
    memory, it still gets orders done in between.

    Args:
        usage: The share in use.
        limits: What is too much.
        configured: Workers asked for.
        allowed: Workers that may run at present, at least one.
        since_change_s: Since the last decision that was not ``Steady``; infinite before the first.
    """
    is_settled = since_change_s >= limits.settle_s
    if usage > limits.critical and since_change_s >= (limits.urgent_s if allowed > 1 else limits.settle_s):
        return RestartHeaviest()
    if usage > limits.threshold and allowed > 1 and is_settled:
        return Shrink()
    if usage < limits.threshold - limits.relief and allowed < configured and is_settled:
        return Grow()
    return Steady()
