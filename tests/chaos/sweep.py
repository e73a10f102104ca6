"""The kill sweep (R1): runs killed at random instants and resumed, until one ends by itself; then all is checked.

A point is one kill. Half of them come after a random time, which is where a run spends its life; half at a random
touch of a file, a process or a connection (``plugin``), where what it does could be left half done.
"""

from __future__ import annotations

import math
import random
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.check import asked_again, violations
from tests.chaos.plugin import COUNT_INTO, DIE_AT
from tests.chaos.world import World, kill, world

LOAD_ORDERS = 15
_KILLS = 8
_END_S = 120.0


@dataclass(slots=True)
class Tally:
    """What a sweep has come to.

    Attributes:
        points: Kills.
        rounds: Output folders that were brought to their end.
        after_end: Kills of runs that had nothing left to do.
        bad: Violations, with the round that shows them.
    """

    points: int = 0
    rounds: int = 0
    after_end: int = 0
    seconds: float = 0.0
    bad: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        story = f"{self.points} kills in {self.rounds} rounds, {self.after_end} of them after the last order"
        return f"{story}, {len(self.bad)} violations, {self.seconds:.0f} s"


@dataclass(frozen=True, slots=True)
class Life:
    """How long a run lives that nobody kills."""

    seconds: float
    touches: int


def sweep(
    where: dict[str, str], backend: str, *, points: int, seed: int, first_round: int = 0, disk: Path | None = None
) -> Tally:
    """Kill runs at so many instants, and see that each time everything comes right.

    Args:
        where: The site.
        backend: Whose.
        points: How many kills.
        seed: Of their instants: with the round that a violation names, it shows up again.
        first_round: Where to begin.
        disk: As :func:`world`.
    """
    tally, began_s = Tally(), time.monotonic()
    whole = _measure(where, backend, disk)
    while tally.points < points:
        number = first_round + tally.rounds
        with world(where, backend, disk, load_orders=LOAD_ORDERS) as made:
            try:
                _round(made, whole, random.Random(f"{seed}/{backend}/{number}"), tally, points)
            except subprocess.TimeoutExpired:
                tally.bad.append("a resumed run has no end")
            tally.bad = [item if item.startswith("round") else f"round {number}: {item}" for item in tally.bad]
        tally.rounds += 1
    tally.seconds = time.monotonic() - began_s
    return tally


def _measure(where: dict[str, str], backend: str, disk: Path | None) -> Life:
    with world(where, backend, disk, load_orders=LOAD_ORDERS) as made:
        began_s, into = time.monotonic(), made.root / "touches"
        made.start(**{COUNT_INTO: str(into)}).wait(_END_S)
        return Life(time.monotonic() - began_s, int(into.read_text()))


def _round(made: World, whole: Life, jitter: random.Random, tally: Tally, points: int) -> None:
    # After the last order a run is short, and has its own things to leave half done.
    sessions_lost, kills_after_end = jitter.randint(1, _KILLS), jitter.randint(0, 2)
    while True:
        settled, since = made.settled(), made.ask("log/count")["total"]
        is_done = len(settled) == len(made.truth)
        left = kills_after_end if is_done else sessions_lost
        died = False
        if left > 0 and tally.points < points:
            died = _die(made, whole, jitter)
        else:
            _end(made, tally)
        tally.bad += asked_again(made, settled, since)
        if left <= 0 or tally.points >= points:
            return
        if died:
            tally.points += 1
            tally.after_end += is_done
        if is_done:
            kills_after_end -= 1
        else:
            sessions_lost -= 1


def _die(made: World, whole: Life, jitter: random.Random) -> bool:
    """Have a run die; ``False`` if it had ended before."""
    if jitter.random() < 0.5:
        # As many in each order of magnitude: a resumed run does less than a whole one.
        touch = int(math.exp(jitter.uniform(0, math.log(whole.touches))))
        program = made.start(**{DIE_AT: str(touch)})
        return _waited(program, _END_S) and kill_code(program)
    program = made.start()
    if not _waited(program, jitter.uniform(0, whole.seconds)):
        return kill(program)
    return False


def _waited(program: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        program.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def kill_code(program: subprocess.Popen[bytes]) -> bool:
    """Tell whether a program that has ended was killed."""
    return program.returncode == -9


def _end(made: World, tally: Tally) -> None:
    code = made.start().wait(_END_S)
    if code != 1:
        said = (made.root / "said.txt").read_text(encoding="utf-8", errors="replace")[-600:]
        tally.bad.append(f"exit code {code}: {said}")
    tally.bad += violations(made)
