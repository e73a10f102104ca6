"""What a run used and left: of its own processes, and of no others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coupa_async.evaluation.resource_usage import Footprint, files_left
from tests.systems import not_on_wine

_BUSY = "x = bytearray(60_000_000); n = sum(range(3_000_000)); print('here', flush=True); import sys; sys.stdin.read()"


@contextmanager
def child() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", _BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as item:
        assert item.stdout is not None
        item.stdout.readline()
        yield item.pid
        item.communicate()


def test_what_was_started_is_counted_and_what_ran_before_is_not() -> None:
    with child():
        footprint = Footprint()
        footprint.sample()
        assert footprint.used()[1] == 0
        with child():
            footprint.sample()
        cpu_s, peak_bytes = footprint.used()
    assert 0.02 < cpu_s < 30
    assert 50_000_000 < peak_bytes < 200_000_000


def test_what_ended_stays_counted() -> None:
    footprint = Footprint()
    with child():
        footprint.sample()
    before = footprint.used()
    footprint.sample()
    assert footprint.used() >= before


@not_on_wine("no list of processes with their threads, which psutil asks for")
def test_a_process_left_behind_is_named() -> None:
    footprint = Footprint()
    with child() as pid:
        assert [f"(pid {pid})" in text for text in footprint.processes_left(within_s=0.1)] == [True]
    assert footprint.processes_left(within_s=0.1) == []


def test_unfinished_files_and_strays_are_named_and_finished_ones_are_not(tmp_path: Path) -> None:
    output, scratch = tmp_path / "out", tmp_path / "scratch"
    work = output / "Acme" / "PO1__WORK"
    for folder in (work, output / "Acme" / "PO2_COMPLETED", scratch):
        folder.mkdir(parents=True)
    for file in (work / "7.part", output / "Acme" / "PO2_COMPLETED" / "a.pdf"):
        file.touch()
    (scratch / "socket").touch()
    assert files_left(output, scratch) == [
        str(work.relative_to(output)),
        str((work / "7.part").relative_to(output)),
        "socket",
    ]
