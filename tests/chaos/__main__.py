"""``python -m tests.chaos sweep | chaos``: the long forms of this folder's tests. Exit code 1 if they find anything."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

from tests.chaos.sweep import sweep
from tests.chaos.turmoil import turmoil
from tests.chaos.world import site

# Most on the double, whose runs are short; enough on each browser to meet what only browsers do.
_SHARES = {"double": 6, "api": 2, "playwright": 1, "selenium": 1}
_SHOWN = 12


def main(words: list[str]) -> int:
    """Do what the words say; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    verbs = parser.add_subparsers(dest="verb", required=True)
    swept = verbs.add_parser("sweep", help="kill runs at random instants and resume them")
    swept.add_argument("--points", type=int, default=200)
    swept.add_argument("--seed", type=int, default=1)
    swept.add_argument("--first-round", type=int, default=0)
    swept.add_argument("--disk", type=Path, help="a folder on the disk that the output folders are to be on")
    mixed = verbs.add_parser("chaos", help="mix faults over sixty orders")
    mixed.add_argument("--seeds", type=int, default=200)
    mixed.add_argument("--first", type=int, default=1)
    mixed.add_argument("--jobs", type=int, default=3)
    for item in (swept, mixed):
        item.add_argument("--backends", default=",".join(_SHARES), type=lambda text: text.split(","))
    given = parser.parse_args(words)
    began_s = time.monotonic()
    bad = _sweep(given) if given.verb == "sweep" else _chaos(given)
    print(f"{given.verb}: {bad} violations, {time.monotonic() - began_s:.0f} s")
    return 1 if bad else 0


def _sweep(given: argparse.Namespace) -> int:
    total, bad = sum(_SHARES[item] for item in given.backends), 0
    for backend in given.backends:
        points = max(1, given.points * _SHARES[backend] // total)
        with site("--file-latency-ms", "5") as where:
            tally = sweep(
                where, backend, points=points, seed=given.seed, first_round=given.first_round, disk=given.disk
            )
        bad += len(tally.bad)
        print(f"{backend}: {tally}", *tally.bad[:_SHOWN], sep="\n  ", flush=True)
    return bad


def _chaos(given: argparse.Namespace) -> int:
    turns = [item for item in given.backends for _ in range(_SHARES[item])]
    seeds = range(given.first, given.first + given.seeds)
    free: SimpleQueue[dict[str, str]] = SimpleQueue()
    bad = 0

    def run(seed: int) -> tuple[str, list[str], float]:
        backend, where, began_s = turns[-seed % len(turns)], free.get(), time.monotonic()
        try:
            return backend, turmoil(where, backend, seed), time.monotonic() - began_s
        finally:
            free.put(where)

    # A schedule waits more than it works, so some run at once, each on a site of its own.
    with ExitStack() as sites, ThreadPoolExecutor(given.jobs) as threads:
        for _ in range(given.jobs):
            free.put(sites.enter_context(site("--file-latency-ms", "5")))
        for seed, (backend, found, took_s) in zip(seeds, threads.map(run, seeds), strict=True):
            bad += len(found)
            print(f"seed {seed} {backend}: {len(found)} violations, {took_s:.0f} s", flush=True)
            print(*(f"  {item}\n" for item in found[:_SHOWN]), sep="", end="", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
