"""Measures what a run uses and leaves behind: processor seconds, memory, processes, files."""

from __future__ import annotations

from pathlib import Path

import psutil

from coupa_async.services.diagnostics.memory import tree_bytes

_UNFINISHED = ("*.part", "*.crdownload", "*__WORK")


class Footprint:
    """Measures our process and all that it starts from now on."""

    def __init__(self) -> None:
        self._self = psutil.Process()
        self._before = set(self._self.children(recursive=True))
        self._spent_before_s = _cpu_s(self._self)
        self._spent_s: dict[psutil.Process, float] = {}
        self._peak_bytes = 0

    def sample(self) -> None:
        """Take a sample. Blocking: some milliseconds for each process."""
        started = self._started()
        for item in [self._self, *started]:
            try:
                self._spent_s[item] = _cpu_s(item)
            except psutil.Error:
                continue  # ended meanwhile: what it spent until the last sample stays counted
        self._peak_bytes = max(self._peak_bytes, tree_bytes([item.pid for item in started]))

    def used(self) -> tuple[float, int]:
        """Return the processor seconds, and the most bytes of memory in any sample."""
        return max(sum(self._spent_s.values()) - self._spent_before_s, 0.0), self._peak_bytes

    def processes_left(self, *, within_s: float) -> list[str]:
        """Return the names of processes that still exist after ``within_s``, zombies included. Blocking."""
        _, left = psutil.wait_procs(self._started(), timeout=within_s)
        return [_named(item) for item in left]

    def _started(self) -> list[psutil.Process]:
        return [child for child in self._self.children(recursive=True) if child not in self._before]


def files_left(output: Path, scratch: Path) -> list[str]:
    """Return the unfinished files of an output folder, and all files of a folder that should be empty."""
    unfinished = [path for pattern in _UNFINISHED for path in output.rglob(pattern)]
    return [
        *(str(path.relative_to(output)) for path in sorted(unfinished)),
        *sorted(item.name for item in scratch.iterdir()),
    ]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _named(process: psutil.Process) -> str:
    try:
        return f"{process.name()} (pid {process.pid})"
    except psutil.Error:
        return f"pid {process.pid}"
