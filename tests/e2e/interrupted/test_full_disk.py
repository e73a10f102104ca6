"""D10: a disk that takes no more, a real one: the run stops with a clear line, and resumes when there is room."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.chaos.check import violations
from tests.chaos.world import World, site, world

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world whose output folder is a file system of its own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts file systems")
    with site() as where, world(where, request.param, load_orders=15) as made:
        made.out.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(made.out)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("this system mounts none")
        yield made
        subprocess.run(["umount", "-l", str(made.out)], check=True)


def resize(made: World, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(made.out)], check=True)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param("double"),
        pytest.param("playwright", marks=pytest.mark.browser),
        pytest.param("selenium", marks=pytest.mark.browser),
    ],
    indirect=True,
)
@pytest.mark.parametrize("size", ["160k", "400k", "700k"])
def test_a_full_disk_stops_the_run_and_costs_nothing(made: World, size: str) -> None:
    resize(made, size)
    program = made.start("--json")
    assert program.wait(100) == 4
    said = (made.root / "said.txt").read_text()
    assert "Traceback" not in said
    assert "free space" in said
    if (made.out / "journal.sqlite3").exists():
        with closing(sqlite3.connect(made.out / "journal.sqlite3")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    resize(made, "64m")
    assert made.start().wait(100) == 1
    # A line of the log that the disk took half of is lost, and nothing else.
    assert [violation for violation in violations(made) if not violation.startswith("run.log")] == []
