"""``python -m tests.benchmarks [--quick] [--into PATH] [NAME…]``: measure, and write the tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

from tests.benchmarks import measures
from tests.benchmarks.jobs import Room

_ALL = {
    "bare": measures.against_bare,
    "profile": measures.profile,
    "lanes": measures.lanes,
    "browsers": measures.browsers,
    "latency": measures.latencies,
    "scale": measures.scale,
    "spreadsheets": measures.spreadsheets,
    "start": measures.starts,
}
_HEAD = """# Performance

Written by `make bench` on {day}: {cpus} CPUs, Python {python}, load {load:.1f} when it began{quick}. What is compared
took turns, so ratios hold where absolute figures do not.
"""


def main(argv: list[str]) -> int:
    """Measure what the arguments name, or everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(_ALL)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer orders, fewer turns: two minutes")
    parser.add_argument("--into", type=Path, help="where to write the tables, besides stdout")
    given = parser.parse_args(argv)
    quick = ", in the quick mode" if given.quick else ""
    cpus, load = os.cpu_count(), os.getloadavg()[0]
    texts = [_HEAD.format(day=date.today(), cpus=cpus, python=platform.python_version(), load=load, quick=quick)]
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as root:
        room = Room(Path(root))
        for name in given.names or _ALL:
            for table in _ALL[name](room, quick=given.quick):
                print(table, flush=True)
                texts.append(str(table))
    if given.into:
        given.into.write_text("\n".join(texts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
