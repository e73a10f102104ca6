"""``python -m tests.fuzz``: tries inputs for some minutes, prints how many and what was found."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.run import Finding, fuzz, save
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Run; exit code 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[], help="default: all of them")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument(
        "--save", type=Path, default=Path("fuzz-findings"), help="folder for inputs that found something"
    )
    given = parser.parse_args()
    until_s = time.monotonic() + 60 * given.minutes
    found: list[Finding] = []

    def told(finding: Finding) -> None:
        found.append(finding)
        print(f"{finding}\n    kept as {save(finding, given.save)}", flush=True)

    print(f"seed {given.seed}", flush=True)
    tried = fuzz(given.targets or list(TARGETS), seed=given.seed, goes_on=lambda: time.monotonic() < until_s, told=told)
    print(", ".join(f"{name} {count:,}" for name, count in tried.items()))
    print(f"{sum(tried.values()):,} inputs tried, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
