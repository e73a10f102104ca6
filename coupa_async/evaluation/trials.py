"""Decides which arm to trust: trials are pooled by arm and fault, and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from coupa_async.domain.outcome import Outcome
from coupa_async.evaluation.order_audit import OrderAudit, in_words
from coupa_async.evaluation.statistics import Difference, Rate, Spread, difference, rate, spread

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Arm:
    """One side of a comparison: a backend and a lane."""

    backend: str
    lane: str = "browser"

    @property
    def name(self) -> str:
        """As tables show it: the lane only where it is not the usual one."""
        return self.backend if self.lane == "browser" else f"{self.backend}, {self.lane}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run of all orders through one arm.

    Attributes:
        fault: The fault that was caused; empty for none.
        repeat: The number of the repeat with this arm and fault, from 1.
        restarts: Of its workers.
        recoveries_s: For each worker at work when the fault struck: from then to the end of an order begun
            after it, or begun again.
        stranded: Workers that finished no order after the fault, though some were left.
        seconds: From start to end.
        cpu_s: Processor seconds of our process and everything below it.
        peak_bytes: The most memory that these held.
        leftovers: Processes and files left behind, a few words each.
        error: What ended it before its orders were done; empty if nothing did.
        missed: Whether it ended before its fault happened.
    """

    arm: Arm
    fault: str
    repeat: int
    audits: tuple[OrderAudit, ...]
    restarts: int = 0
    recoveries_s: tuple[float, ...] = ()
    stranded: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0
    leftovers: tuple[str, ...] = ()
    error: str = ""
    missed: bool = False

    @property
    def holds(self) -> bool:
        """Whether no result is known to be wrong, nothing is lost and nothing is unfinished."""
        return not self.error and not any(audit.is_breach for audit in self.audits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The trials of one arm under one fault, pooled.

    Attributes:
        fault: ``None`` for all faults together.
        success: Orders whose result is right.
        wrong: Orders whose outcome or files are wrong, unfinished orders included.
        damaged: Files lost, partial or not accounted for.
        failures: How many of each kind, most frequent first.
    """

    arm: Arm
    fault: str | None
    trials: int
    success: Rate
    wrong: int
    damaged: int
    restarts: int
    recovery_s: Spread
    stranded: int
    order_s: Spread
    cpu_per_order_s: Spread
    peak_bytes: Spread
    leftovers: tuple[str, ...]
    failures: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two arms under one fault, or all (``None``): the first's success rate minus the second's."""

    first: Arm
    second: Arm
    fault: str | None
    success: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """An order with different results in two arms of the same repeat.

    Attributes:
        sides: Each arm's results, with how often it had each.
    """

    fault: str
    number: str
    sides: tuple[tuple[Arm, tuple[tuple[str, int], ...]], ...]


def measures(trials: Sequence[Trial]) -> list[Measure]:
    """Pool trials by arm and fault, each arm's over all faults last."""
    arms = _in_order(trial.arm for trial in trials)
    faults: list[str | None] = [*_in_order(trial.fault for trial in trials)]
    return [
        _measure(arm, fault, some)
        for fault in ([*faults, None] if len(faults) > 1 else faults)
        for arm in arms
        if (some := [trial for trial in trials if trial.arm == arm and fault in (trial.fault, None)])
    ]


def contrasts(measured: Sequence[Measure]) -> list[Contrast]:
    """Compare every two arms that met the same fault."""
    return [
        Contrast(first=item.arm, second=other.arm, fault=item.fault, success=difference(item.success, other.success))
        for item, other in combinations(measured, 2)
        if item.fault == other.fault
    ]


def disagreements(trials: Sequence[Trial]) -> list[Disagreement]:
    """List the orders with different results in different arms."""
    outcomes_by_arm: dict[tuple[str, str], dict[Arm, dict[int, OrderAudit]]] = {}
    for trial in trials:
        for audit in trial.audits:
            outcomes_by_arm.setdefault((trial.fault, audit.number), {}).setdefault(trial.arm, {})[trial.repeat] = audit
    found = []
    for (fault, number), by_arm in outcomes_by_arm.items():
        rounds = {turn for audits in by_arm.values() for turn in audits}
        if any(len({audits[turn].essence for audits in by_arm.values() if turn in audits}) > 1 for turn in rounds):
            sides = tuple(
                (arm, tuple(Counter(map(in_words, audits.values())).most_common())) for arm, audits in by_arm.items()
            )
            found.append(Disagreement(fault=fault, number=number, sides=sides))
    return found


def _measure(arm: Arm, fault: str | None, trials: Sequence[Trial]) -> Measure:
    audits = [audit for trial in trials for audit in trial.audits]
    kinds = Counter(audit.kind for audit in audits if audit.kind)
    return Measure(
        arm=arm,
        fault=fault,
        trials=len(trials),
        success=rate([(sum(not audit.kind for audit in trial.audits), len(trial.audits)) for trial in trials]),
        wrong=sum(bool(audit.wrong) or audit.outcome is Outcome.PENDING for audit in audits),
        damaged=sum(len(audit.damage) for audit in audits),
        restarts=sum(item.restarts for item in trials),
        recovery_s=spread([seconds for item in trials for seconds in item.recoveries_s]),
        stranded=sum(item.stranded for item in trials),
        order_s=spread([audit.seconds for audit in audits if audit.outcome is not Outcome.PENDING]),
        cpu_per_order_s=spread([item.cpu_s / len(item.audits) for item in trials if item.audits]),
        peak_bytes=spread([float(item.peak_bytes) for item in trials]),
        leftovers=tuple(text for item in trials for text in item.leftovers),
        failures=tuple(kinds.most_common()),
    )


def _in_order(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))
