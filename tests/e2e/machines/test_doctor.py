"""``doctor`` on the recorded site, with a program in the browser's place that only tells its version."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.e2e.conftest import Run, Site
from tests.fakes import script

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


@pytest.fixture
def browser_path(tmp_path: Path) -> str:
    return str(script(tmp_path / "edge", "echo Microsoft Edge 156.0.3900.12"))


def marks(done: CompletedProcess[str]) -> dict[str, str]:
    told = json.loads(done.stdout)
    assert told["exit_code"] == done.returncode
    return {item["name"]: item["mark"] for item in told["findings"]}


def test_a_set_up_that_lacks_nothing_is_exit_0(coupa: Run, site: Site, browser_path: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    done = coupa("doctor", "--json", COUPA_BROWSER_PATH=browser_path)
    assert done.returncode == 0, done.stderr
    assert set(marks(done).values()) == {"good"}
    assert "156.0.3900.12" in done.stderr
    assert "a run can start" in done.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert site.ask("log/count")["tries"] == 0  # it asks, and signs nobody in


def test_a_sign_in_that_is_missing_is_exit_3_with_the_command_for_it(coupa: Run, browser_path: str) -> None:
    done = coupa("doctor", "--json", COUPA_BROWSER_PATH=browser_path, COUPA_USERNAME="", COUPA_PASSWORD="")
    assert (done.returncode, marks(done)["tenant"], marks(done)["sign-in"]) == (3, "good", "bad")
    line = next(line for line in done.stderr.splitlines() if "sign-in" in line)
    assert "coupa-async login" in line


def test_all_that_is_bad_is_told_at_once(coupa: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = coupa(
        *("doctor", "--json", "-o", "file"),
        COUPA_BROWSER_PATH="/no/browser",
        COUPA_BASE_URL="",
        EDGE_PROFILE_DIR="/no/profile",
    )
    assert done.returncode == 2
    assert {name for name, mark in marks(done).items() if mark == "bad"} == {
        *("browser", "tenant", "output", "your profile"),
    }


def test_a_driver_that_does_not_fit_the_browser_is_told(coupa: Run, browser_path: str, tmp_path: Path) -> None:
    old = script(tmp_path / "msedgedriver", "echo Microsoft Edge WebDriver 140.0.3485.54")
    words = ("doctor", "--json", "--backend", "selenium", "--driver-path", old)
    done = coupa(*words, COUPA_BROWSER_PATH=browser_path)
    assert (done.returncode, marks(done)["driver"]) == (2, "bad")
    assert "install the driver of version 156" in done.stderr


def test_a_check_that_hangs_is_given_up(browser_path: str) -> None:
    started_s = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        words = ["doctor", "--browser-path", browser_path, "--base-url", f"http://127.0.0.1:{silent.getsockname()[1]}"]
        code = (
            "import coupa_async.app.diagnose as d, sys; d._WITHIN_S = 2; from coupa_async.cli.main import main;"
            f"sys.exit(main({words!r}))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "no answer in 2 s" in done.stderr
    assert time.monotonic() - started_s < 10


def test_a_console_that_has_no_ticks_gets_words(coupa: Run, browser_path: str) -> None:
    done = coupa("doctor", COUPA_BROWSER_PATH=browser_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("ok ")
