"""What goes wrong in a chaotic run, and when: made from a seed, so that a failing one shows up again."""

from __future__ import annotations

import random
from dataclasses import dataclass

# Each may cost an order one of its tries, so that one run meets only so many of them.
_COSTLY = ("cut", "busy", "storm", "stopped browser", "stopped driver")
_COSTLY_AT_MOST = 2
# An order that asks for a fourth sign-in ends the run by right.
_SIGN_INS = ("expire", "landing", "wall")
_SIGN_INS_AT_MOST = 3
_SITE = ("expire", "landing", "slow", "truncated file", "reset file", "wall", "busy page", "cut", "busy", "storm")
_BROWSER = ("killed browser", "killed driver", "crashed renderer", "stopped browser", "stopped driver")
_WORKERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One thing that goes wrong.

    Attributes:
        at_s: Seconds from the start of the first run.
        what: Its name.
        size: How much of it, 0 to 1.
        worker: Whose browser or driver; empty for the site and the program.
    """

    at_s: float
    what: str
    size: float
    worker: str = ""

    def __str__(self) -> str:
        return f"{self.at_s:.1f} s: {self.what} {self.worker or f'({self.size:.2f})'}"


def schedule(seed: int, *, has_browsers: bool) -> list[Blow]:
    """Make a schedule of blows that leave the truth of every order within its reach.

    A worker's browser is struck once at most between two deaths of the program: an order that takes two sessions down
    is FAILED by right.
    """
    jitter = random.Random(f"chaos/{seed}/{has_browsers}")
    length_s = 25.0 if has_browsers else 8.0
    blows, costly, sign_ins, struck = [], 0, 0, set[str]()
    at_s = jitter.uniform(0.2, 2.0)
    while at_s < length_s:
        if jitter.random() < 0.2:
            what, worker = "killed program", ""
            struck.clear()
            costly = sign_ins = 0
        elif has_browsers and jitter.random() < 0.5 and len(struck) < _WORKERS:
            what = jitter.choice(_BROWSER)
            worker = jitter.choice([f"worker-{n}" for n in range(1, _WORKERS + 1) if f"worker-{n}" not in struck])
            struck.add(worker)
        else:
            what, worker = jitter.choice(_SITE), ""
        costly += what in _COSTLY
        sign_ins += what in _SIGN_INS
        is_bearable = costly <= _COSTLY_AT_MOST and sign_ins <= _SIGN_INS_AT_MOST
        if is_bearable or what not in (*_COSTLY, *_SIGN_INS):
            blows.append(Blow(at_s=at_s, what=what, size=jitter.random(), worker=worker))
        at_s += jitter.expovariate(1 / (length_s / 8))
    return blows
