"""Somebody else's browsers: the sample through a Playwright server, and through a Selenium Grid where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from tests.runs.conftest import Run, Site, cells, tree

pytestmark = [pytest.mark.browser, pytest.mark.parity]
ROOT = Path(__file__).parents[2]
GRID = os.environ.get("SELENIUM_GRID_URL", "")


@pytest.fixture
def playwright_server() -> Iterator[str]:
    """A real ``playwright run-server``; the launch options in its address are the client's to give."""
    browser = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium")
    command = [sys.executable, "-m", "playwright", "run-server", "--host", "127.0.0.1", "--port", "0", "--unsafe"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        address = next(line for line in process.stdout if "ws://" in line).split()[-1]
        launch = {"executablePath": browser, "args": ["--no-sandbox"], "headless": True}
        yield f"{address}?launch-options={quote(json.dumps(launch))}"
        end(process)


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[str]:
    """A Selenium Grid's stand-in: chromedriver with the Grid's managed downloads before it."""
    browser = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium")
    driver = os.environ.get("COUPA_DRIVER_PATH") or shutil.which("chromedriver")
    command = [sys.executable, "-m", "tests.stand_ins.grid", driver or "", browser or "", str(tmp_path / "node")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    own = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for one in own:
        one.terminate()
    psutil.wait_procs(own, timeout=10)


def run_both(
    coupa: Run, site: Site, sample: Path, folder: Path, backend: str, environment: dict[str, str]
) -> list[dict[str, object]]:
    """Run the sample on this machine's browsers, then on the others, and hold one against the other."""
    rows = []
    for name, more in (("here", {}), ("there", environment)):
        site.ask("reset", {})
        site.ask("expire", {"sso": True})
        done = coupa("run", sample, "-o", folder / name, "--workers", "2", "--backend", backend, "--json", **more)
        assert done.returncode == 1, done.stderr
        assert site.ask("log")["violations"] == []
        rows.append(cells(folder / name / "sample.xlsx", without=("LAST_PROCESSED", "DOWNLOAD_FOLDER")))
    assert rows[0] == rows[1]
    assert tree(folder / "here") == tree(folder / "there")
    return rows[1]


@pytest.mark.timeout(180)
def test_the_sample_comes_out_alike_through_a_playwright_server(
    coupa: Run, site: Site, sample: Path, tmp_path: Path, playwright_server: str
) -> None:
    environment = {"COUPA_PLAYWRIGHT_WS": playwright_server}
    assert len(run_both(coupa, site, sample, tmp_path, "playwright", environment)) > 20


@pytest.mark.timeout(180)
def test_the_sample_comes_out_alike_through_the_stand_in_for_a_grid(
    coupa: Run, site: Site, sample: Path, tmp_path: Path, grid: str
) -> None:
    environment = {"COUPA_SELENIUM_URL": grid, "COUPA_CHANNEL": "chrome"}
    assert len(run_both(coupa, site, sample, tmp_path, "selenium", environment)) > 20


@pytest.mark.timeout(240)
@pytest.mark.skipif(not GRID, reason="SELENIUM_GRID_URL names no Selenium Grid 4 (docs/remote-browsers.md)")
def test_the_sample_comes_out_alike_through_a_selenium_grid(
    coupa: Run, site: Site, sample: Path, tmp_path: Path
) -> None:
    environment = {"COUPA_SELENIUM_URL": GRID, "COUPA_CHANNEL": os.environ.get("SELENIUM_GRID_CHANNEL", "chrome")}
    assert len(run_both(coupa, site, sample, tmp_path, "selenium", environment)) > 20


@pytest.mark.parametrize(
    ("backend", "environment"),
    [
        ("playwright", {"COUPA_PLAYWRIGHT_WS": "ws://127.0.0.1:9/"}),
        ("selenium", {"COUPA_SELENIUM_URL": "http://127.0.0.1:9"}),
    ],
)
def test_a_server_that_is_not_there_is_named(
    coupa: Run, tmp_path: Path, backend: str, environment: dict[str, str]
) -> None:
    (tmp_path / "orders.csv").write_text("PO\n1\n")
    done = coupa("run", "orders.csv", "-o", "out", "--backend", backend, **environment)
    assert done.returncode == 4
    assert next(iter(environment.values())) in done.stderr
    assert "Traceback" not in done.stderr
