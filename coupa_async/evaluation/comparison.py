"""A comparison: the trials, and the conclusions from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from coupa_async.evaluation.trials import (
    Arm,
    Contrast,
    Disagreement,
    Measure,
    Trial,
    contrasts,
    disagreements,
    measures,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The trials, and the machine that they ran on.

    Attributes:
        machine: The machine and the browsers, a few words each.
        is_recorded: Whether they ran on the recorded site, where the expected results are known.
    """

    trials: Sequence[Trial]
    repeats: int
    workers: int
    seconds: float
    made_at: datetime
    machine: tuple[str, ...]
    is_recorded: bool

    @property
    def arms(self) -> list[Arm]:
        """Every arm, in the order of its first trial."""
        return list(dict.fromkeys(trial.arm for trial in self.trials))

    @property
    def broken(self) -> list[Arm]:
        """The arms that do not hold."""
        return [arm for arm in self.arms if not all(trial.holds for trial in self.trials if trial.arm == arm)]

    def measures(self) -> list[Measure]:
        """Pool the trials."""
        return measures(self.trials)

    def contrasts(self) -> list[Contrast]:
        """Compare every two arms."""
        return contrasts(self.measures())

    def disagreements(self) -> list[Disagreement]:
        """List the orders on which arms differ."""
        return disagreements(self.trials)

    def to_json(self) -> str:
        """Return everything as JSON."""
        return json.dumps(
            {
                "version": 1,
                "made_at": self.made_at.isoformat(timespec="seconds"),
                "machine": self.machine,
                "is_recorded": self.is_recorded,
                "repeats": self.repeats,
                "workers": self.workers,
                "seconds": round(self.seconds, 1),
                "holds": {arm.name: arm not in self.broken for arm in self.arms},
                "measures": [asdict(measure) for measure in self.measures()],
                "contrasts": [asdict(contrast) | {"is_one": contrast.success.is_one} for contrast in self.contrasts()],
                "disagreements": [asdict(disagreement) for disagreement in self.disagreements()],
                "trials": [asdict(trial) for trial in self.trials],
            },
            ensure_ascii=False,
        )
