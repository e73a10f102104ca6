"""Whole runs on disks as others have them: held files, folders that cannot be synced, no locks, links made before."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.check import violations
from tests.chaos.world import SHEET, World, site, world

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD, links and modes"),
]
SOURCE = Path(__file__).parents[2] / "fakes" / "disk.c"


@pytest.fixture(scope="module")
def where() -> Iterator[dict[str, str]]:
    with site() as made:
        yield made


@pytest.fixture(scope="module")
def preload(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What stands between a run and its disk."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    made = tmp_path_factory.mktemp("disk") / "disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"], check=True)
    return {"LD_PRELOAD": str(made)}


@pytest.fixture
def made(where: dict[str, str]) -> Iterator[World]:
    with world(where, "double", load_orders=2) as made:
        yield made


def warnings(made: World) -> list[str]:
    lines = map(json.loads, (made.out / "run.log").read_text(encoding="utf-8").splitlines())
    return [line["message"] + line.get("text", "") for line in lines if line["level"] != "INFO" or "text" in line]


def said(made: World) -> str:
    return (made.root / "said.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["PO9000001__WORK", ".part"])
def test_what_a_synchroniser_holds_for_a_moment_is_waited_for(made: World, preload: dict[str, str], name: str) -> None:
    assert made.start(**preload, HELD_NAME=name, HELD_S="0.3").wait(200) == 1
    assert violations(made) == []


def test_a_folder_that_is_held_for_long_fails_its_order_and_no_other(made: World, preload: dict[str, str]) -> None:
    assert made.start("--json", **preload, HELD_NAME="PO9000001__WORK", HELD_S="600").wait(200) == 1
    assert "is it open in another program?" in said(made)
    assert "free space" not in said(made)
    assert {violation for violation in violations(made) if "9000001" not in violation} == set()
    assert (made.out / "report.html").exists()
    retry = [sys.executable, "-m", "coupa_async", "retry", str(made.out), "--no-input"]
    subprocess.run(retry, env=made.environment, cwd=made.root, capture_output=True, check=False, timeout=200)
    assert violations(made) == []


def test_folders_that_cannot_be_synced_are_said_once(made: World, preload: dict[str, str]) -> None:
    assert made.start(**preload, NO_FOLDER_SYNC="1").wait(200) == 1
    assert violations(made) == []
    assert len([warning for warning in warnings(made) if "syncs no folders" in warning]) == 1


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks_is_worked_on_and_that_is_said_once(
    made: World, preload: dict[str, str], code: int
) -> None:
    assert made.start(**preload, NO_LOCKS=str(code)).wait(200) == 1
    assert violations(made) == []
    for text in ("its file system has no locks", "its disk has no file locks"):
        assert said(made).count(text) == 1
    assert made.start(**preload, NO_LOCKS=str(code)).wait(200) == 1
    assert violations(made) == []


@pytest.mark.parametrize("name", [".coupa-async.lock", "journal.sqlite3", "run.log", "report.html", "snapshots", SHEET])
def test_a_link_in_the_place_of_a_file_of_ours_is_refused_in_a_line(made: World, name: str) -> None:
    made.out.mkdir()
    (made.out / name).symlink_to(made.root / "elsewhere")
    assert made.start().wait(100) == 2
    (line,) = said(made).strip().splitlines()
    assert f"{name}: is a link" in line
    assert not (made.root / "elsewhere").exists()


def test_all_that_a_run_makes_is_the_users_alone_whatever_the_umask(made: World) -> None:
    program = subprocess.run(
        ["/bin/sh", "-c", 'umask 0; exec "$@"', "sh", *made.command],
        env=made.environment,
        cwd=made.root,
        capture_output=True,
        check=False,
        timeout=200,
    )
    assert program.returncode == 1
    ours = [made.out, *(path for path in made.out.rglob("*") if path.parent.name != "snapshots")]
    open_ones = [path for path in ours if stat.S_IMODE(os.lstat(path).st_mode) & 0o077]
    assert open_ones == []
    assert len(ours) > 50


def test_ten_bad_orders_leave_nothing_unsaid_or_said_too_much(made: World) -> None:
    assert made.start().wait(200) == 1
    assert "Exception ignored" not in said(made)
