"""Started by a test: writes results into a workbook and is killed while it does, over and over. POSIX."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from coupa_async.services.spreadsheet.results import write_results
from coupa_async.services.spreadsheet.worklist import Worklist
from tests.services.spreadsheet.sheets import AT, read, result


def main(path: Path, points: int) -> None:
    """Kill a process at so many points of its writing, over twice the time that it takes, and look at the file."""
    kept = path.with_name("kept")
    shutil.copy2(path, kept)
    worklist = read(path)
    started_s = time.monotonic()
    _write(worklist, path)
    whole_s = time.monotonic() - started_s
    old, new = _digest(kept), _digest(path)
    seen = {old: 0, new: 0}
    for point in range(points):
        shutil.copy2(kept, path)
        child = os.fork()
        if not child:
            _write(worklist, path)
            os._exit(0)
        time.sleep(whole_s * 2 * point / points)  # a busy machine may take longer than at first
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        seen[_digest(path)] += 1  # a file that is neither ends us here
    print(seen[old], seen[new])  # noqa: T201 - what the test reads


def _write(worklist: Worklist, path: Path) -> None:
    results = ((result(order.number.shown), AT) for order in worklist.orders)
    write_results(worklist, results, path, output_dir=path.parent, now=AT)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
