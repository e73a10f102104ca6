"""Reads the memory in use: of the machine, of the cgroup that limits us, and of our process trees. All blocking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from coupa_async.runtime.processes import with_children

_ROOT = Path("/")


class Machine(Protocol):
    """The values of ``psutil.virtual_memory()``, in bytes. ``available`` includes caches that can be given back."""

    @property
    def total(self) -> int: ...  # noqa: D102 - told above

    @property
    def available(self) -> int: ...  # noqa: D102 - told above


@dataclass(frozen=True, slots=True)
class _Kind:
    """The files of a version of cgroups.

    Attributes:
        mounts: Where it is mounted.
        cache: The row of ``memory.stat`` with the file cache that can be given back.
    """

    mounts: tuple[str, ...]
    limit: str
    used: str
    cache: str


# https://docs.kernel.org/admin-guide/cgroup-v2.html#memory and …/cgroup-v1/memory.html
_V2 = _Kind(("sys/fs/cgroup", "sys/fs/cgroup/unified"), "memory.max", "memory.current", "inactive_file")
_V1 = _Kind(("sys/fs/cgroup/memory",), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def usage(*, root: Path = _ROOT, machine: Callable[[], Machine] = psutil.virtual_memory) -> float:
    """Return the share of memory in use, 0 to 1: of the cgroup that is nearest to its limit, or of the machine.

    Args:
        root: Where the file system begins.
        machine: Reads the machine's memory.
    """
    whole = machine()
    shares = [max(used - cache, 0) / limit for limit, used, cache in _cgroups(root) if 0 < limit < whole.total]
    return max(shares) if shares else (whole.total - whole.available) / whole.total


def room_bytes(threshold: float, *, root: Path = _ROOT, machine: Callable[[], Machine] = psutil.virtual_memory) -> int:
    """Return how many more bytes may be used before the machine, or a cgroup that limits us, reaches a threshold.

    Args:
        threshold: A share, 0 to 1.
        root: Where the file system begins.
        machine: Reads the machine's memory.
    """
    whole = machine()
    limits = [(limit, max(used - cache, 0)) for limit, used, cache in _cgroups(root) if 0 < limit < whole.total]
    limits.append((whole.total, whole.total - whole.available))
    return max(0, int(min(threshold * limit - used for limit, used in limits)))


def has_room_for_another(threshold: float, pids: Sequence[int], browsers: int) -> bool:
    """Return whether memory has room for one more of so many browsers, whose root processes are given."""
    each_bytes = tree_bytes(pids) / max(browsers, 1)
    return room_bytes(threshold) > each_bytes


def tree_bytes(pids: Iterable[int], *, root: Path = _ROOT) -> int:
    """Return the bytes that processes and all that they started use. Processes that end meanwhile are skipped.

    On Linux this is PSS, which divides shared memory among its users: a sum of RSS would count a browser's code once
    for each of its processes. On other systems it is RSS.

    Args:
        pids: The roots of the trees.
        root: Where the file system begins.
    """
    has_pss = (root / "proc/self/smaps_rollup").exists()
    read = _pss_bytes if has_pss else _rss_bytes
    total = 0
    for process in {item for pid in pids for item in _tree(pid)}:  # a set: one may stand below another
        try:
            total += read(process, root)
        except (psutil.Error, OSError):
            continue
    return total


def _tree(pid: int) -> list[psutil.Process]:
    try:
        return with_children(psutil.Process(pid))
    except psutil.Error:
        return []  # ended meanwhile


def _pss_bytes(process: psutil.Process, root: Path) -> int:
    for line in (root / f"proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0  # it has ended, and was not waited for yet


def _rss_bytes(process: psutil.Process, root: Path) -> int:
    return process.memory_info().rss


def _cgroups(root: Path) -> Iterator[tuple[int, int, int]]:
    """Return limit, use and reclaimable cache, in bytes, of each cgroup that we are in, upwards."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return  # not Linux
    for line in lines:
        number, controllers, path = line.split(":", 2)
        kind = _V2 if number == "0" and not controllers else _V1 if "memory" in controllers.split(",") else None
        if kind is None:
            continue
        for mount in kind.mounts:
            yield from _limits(root / mount, path, kind)


def _limits(mount: Path, path: str, kind: _Kind) -> Iterator[tuple[int, int, int]]:
    # In a container the path may be the host's, and the mount begins with our own cgroup: the parts that exist count.
    place = mount / path.lstrip("/")
    while True:
        try:
            limit = (place / kind.limit).read_text(encoding="ascii").strip()
            used = int((place / kind.used).read_text(encoding="ascii"))
            rows = dict(line.split() for line in (place / "memory.stat").read_text(encoding="ascii").splitlines())
            if limit != "max":
                yield int(limit), used, int(rows.get(kind.cache, 0))
        except (OSError, ValueError):
            pass  # no cgroup of this kind, or one that sets no limit
        if place == mount:
            return
        place = place.parent
