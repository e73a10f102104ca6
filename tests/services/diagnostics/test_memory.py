"""Readings of memory: shares from 0 to 1, the limit that binds, PSS where there is one, and processes that vanish."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from coupa_async.services.diagnostics.memory import has_room_for_another, tree_bytes, usage

GIB = 1 << 30
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="PSS is Linux's")
# Holds some memory, starts a child that does as well, and waits.
PARENT = """
import subprocess, sys
held = bytearray(20 << 20)
child = subprocess.Popen([sys.executable, "-c", "held = bytearray(20 << 20); print(flush=True); input()"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
input()
child.communicate()
"""


@dataclass(frozen=True)
class Memory:
    total: int = 16 * GIB
    available: int = 12 * GIB


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def v2(folder: str, limit: int | str, used: int, cache: int) -> dict[str, str]:
    return {
        f"{folder}/memory.max": f"{limit}\n",
        f"{folder}/memory.current": f"{used}\n",
        f"{folder}/memory.stat": f"anon 1\ninactive_file {cache}\nactive_file 7\n",
    }


def v1(folder: str, limit: int, used: int, cache: int) -> dict[str, str]:
    return {
        f"{folder}/memory.limit_in_bytes": f"{limit}\n",
        f"{folder}/memory.usage_in_bytes": f"{used}\n",
        f"{folder}/memory.stat": f"cache 1\ninactive_file 1\ntotal_inactive_file {cache}\n",
    }


@pytest.fixture
def pair() -> Iterator[tuple[int, int]]:
    """A process and its child."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        yield parent.pid, int(parent.stdout.readline())
        parent.communicate(b"\n")


def test_usage_is_a_share_and_no_percentage() -> None:  # M2
    assert 0 < usage() < 1


def test_without_cgroups_the_machine_counts(tmp_path: Path) -> None:  # M2
    assert usage(root=tmp_path, machine=Memory) == 0.25


def test_a_cgroup_counts_without_the_cache_that_can_be_given_back(tmp_path: Path) -> None:
    write(tmp_path, {"proc/self/cgroup": "0::/\n"} | v2("sys/fs/cgroup", 4 * GIB, 3 * GIB, GIB))
    assert usage(root=tmp_path, machine=Memory) == 0.5


def test_of_nested_cgroups_the_one_nearest_to_its_limit_counts(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "0::/user/job\n"}
    files |= v2("sys/fs/cgroup/user/job", "max", GIB, 0) | v2("sys/fs/cgroup/user", 4 * GIB, 3 * GIB, 0)
    files |= v2("sys/fs/cgroup", 8 * GIB, 4 * GIB, 0)
    assert usage(root=write(tmp_path, files), machine=Memory) == 0.75


def test_the_older_cgroups_are_read_too(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "5:cpu,cpuacct:/a\n4:memory:/a\n0::/\n"}
    files |= v1("sys/fs/cgroup/memory/a", 2 * GIB, 2 * GIB, GIB)
    assert usage(root=write(tmp_path, files), machine=Memory) == 0.5


def test_in_a_container_the_hosts_path_is_not_there_and_the_mount_is_ours(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "4:memory:/docker/0123\n"} | v1("sys/fs/cgroup/memory", 2 * GIB, GIB, 0)
    assert usage(root=write(tmp_path, files), machine=Memory) == 0.5


@pytest.mark.parametrize("limit", [16 * GIB, 9223372036854771712])
def test_a_limit_that_the_machine_does_not_reach_limits_nothing(tmp_path: Path, limit: int) -> None:
    files = {"proc/self/cgroup": "4:memory:/\n"} | v1("sys/fs/cgroup/memory", limit, 2 * GIB, 0)
    assert usage(root=write(tmp_path, files), machine=Memory) == 0.25


def test_a_tree_is_a_process_with_its_children_each_counted_once(pair: tuple[int, int]) -> None:
    parent, child = pair
    whole, below = tree_bytes([parent]), tree_bytes([child])
    assert below > 20 << 20
    assert whole > below + (20 << 20)
    assert tree_bytes([parent, child]) == pytest.approx(whole, rel=0.2)


@LINUX
def test_what_processes_share_is_counted_once(pair: tuple[int, int], tmp_path: Path) -> None:  # M2
    assert tree_bytes(pair) < tree_bytes(pair, root=tmp_path)


def test_elsewhere_it_is_rss(pair: tuple[int, int], tmp_path: Path) -> None:  # M2
    expected = sum(psutil.Process(pid).memory_info().rss for pid in pair)
    assert tree_bytes(pair, root=tmp_path) == pytest.approx(expected, rel=0.2)


def test_a_process_that_has_ended_is_skipped(pair: tuple[int, int]) -> None:  # M3
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert tree_bytes([gone.pid]) == 0
    assert tree_bytes([gone.pid, pair[1]]) > 20 << 20


@LINUX
def test_a_process_that_was_not_waited_for_counts_nothing() -> None:  # M3
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as zombie:
        assert zombie.stdout is not None
        zombie.stdout.read()  # its end closes the pipe
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        assert tree_bytes([zombie.pid]) == 0


def test_a_process_that_vanishes_while_it_is_read_is_skipped(pair: tuple[int, int], tmp_path: Path) -> None:  # M3
    parent, child = pair
    write(tmp_path, {"proc/self/smaps_rollup": "", f"proc/{child}/smaps_rollup": "Rss: 9 kB\nPss: 5 kB\n"})
    assert not (tmp_path / f"proc/{parent}").exists()
    assert tree_bytes([parent], root=tmp_path) == 5 * 1024


def test_a_process_that_cannot_be_read_is_skipped(pair: tuple[int, int], tmp_path: Path) -> None:  # M3
    parent, child = pair
    write(tmp_path, {"proc/self/smaps_rollup": "", f"proc/{child}/smaps_rollup": "Pss: 5 kB\n"})
    (tmp_path / f"proc/{parent}/smaps_rollup").mkdir(parents=True)  # a folder cannot be read as a file, by root either
    assert tree_bytes([parent], root=tmp_path) == 5 * 1024


def test_room_for_another_browser_is_as_much_as_each_has_now() -> None:
    assert has_room_for_another(1.0, [], 0)
    assert not has_room_for_another(0.0, [os.getpid()], 1)
