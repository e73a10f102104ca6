"""Somebody else's browsers: the sample through a Playwright server, and through a Selenium Grid."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from tests.e2e.conftest import Run, Site, cells, tree

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[3]
GRID = """
[server]
host = "127.0.0.1"
port = {port}

[node]
detect-drivers = false
selenium-manager = false
enable-managed-downloads = true
max-sessions = 2
override-max-sessions = true

[[node.driver-configuration]]
display-name = "Chromium"
max-sessions = 2
webdriver-executable = "{driver}"
stereotype = '{{"browserName": "chrome", "goog:chromeOptions": {{"binary": "{browser}"}}}}'
"""


@pytest.fixture
def playwright_server() -> Iterator[str]:
    with playwright_servers() as (address, _):
        yield address


@contextmanager
def playwright_servers() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A real ``playwright run-server``; the launch options in its address are the client's to give."""
    browser = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium")
    command = [sys.executable, "-m", "playwright", "run-server", "--host", "127.0.0.1", "--port", "0", "--unsafe"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        address = next(line for line in process.stdout if "ws://" in line).split()[-1]
        launch = {"executablePath": browser, "args": ["--no-sandbox"], "headless": True}
        yield f"{address}?launch-options={quote(json.dumps(launch))}", process
        if process.poll() is None:
            end(process)


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[str]:
    """A Selenium Grid: somebody else's, or a real one in standalone mode that hands out Chromium and its files."""
    if theirs := os.environ.get("SELENIUM_GRID_URL"):
        yield theirs
        return
    jar = grid_jar()
    if jar.returncode:
        pytest.skip(jar.stderr.strip())
    browser, driver = here()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config, temporary = tmp_path / "grid.toml", tmp_path / "node"
    config.write_text(GRID.format(port=port, browser=browser, driver=driver))
    temporary.mkdir()
    java = ["java", f"-Djava.io.tmpdir={temporary}", "-jar", jar.stdout.strip()]
    command = [*java, "standalone", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "Started Selenium Standalone" in line)
        with ThreadPoolExecutor() as threads:
            log = threads.submit(process.stdout.read)
            yield f"http://127.0.0.1:{port}"
            end(process)
    begun, ended = log.result().count("Session created by the Node"), log.result().count("Session stopped successfully")
    assert begun == ended == 2
    assert "Cannot find file" not in log.result()


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[str]:
    """Covers the paths for a Grid where there is no Java: chromedriver with a Grid's managed downloads before it."""
    if grid_jar().returncode == 0:
        pytest.skip("a real Grid can be had here")
    browser, driver = here()
    command = [sys.executable, "-m", "tests.fakes.grid", driver, browser, str(tmp_path / "node")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        end(process)


def grid_jar() -> subprocess.CompletedProcess[str]:
    """A real Grid's jar, fetched if need be, or the reason why there is none."""
    return subprocess.run([ROOT / "tools" / "machines" / "grid.sh"], capture_output=True, text=True, check=False)


def here() -> tuple[str, str]:
    """The browser and the driver of this machine."""
    browser = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium")
    driver = os.environ.get("COUPA_DRIVER_PATH") or shutil.which("chromedriver")
    return (browser, driver) if browser and driver else pytest.skip("chromium and chromedriver are not both here")


def end(process: subprocess.Popen[str]) -> None:
    own = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for item in own:
        item.terminate()
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


@pytest.mark.timeout(240)
def test_a_playwright_server_that_is_killed_costs_no_order_and_a_dead_one_is_told_once(
    coupa: Run, site: Site, sample: Path, tmp_path: Path
) -> None:
    site.ask("reset", {})
    with playwright_servers() as (first, killed), playwright_servers() as (second, _):

        def kill_when_half_done() -> None:
            journal = tmp_path / "out" / "run.log"
            while not (journal.exists() and journal.read_text(encoding="utf-8").count("OrderFinished") >= 6):
                time.sleep(0.05)
            end(killed)

        with ThreadPoolExecutor() as threads:
            kill = threads.submit(kill_when_half_done)
            addresses = f"ws://127.0.0.1:9/, {first} {second}"
            words = ("--workers", "2", "--lane", "browser", "--json")
            done = coupa("run", sample, "-o", tmp_path / "out", *words, COUPA_PLAYWRIGHT_WS=addresses)
            kill.result()
    assert done.returncode == 1, done.stderr
    log = (tmp_path / "out" / "run.log").read_text(encoding="utf-8")
    assert log.count("ws://127.0.0.1:9/ gives no browser and is left out for a while") == 1
    assert "WorkerRestarting" in log
    assert json.loads(done.stdout.splitlines()[-1])["outcomes"].get("PENDING", 0) == 0
    there = cells(tmp_path / "out" / "sample.xlsx", without=("LAST_PROCESSED", "DOWNLOAD_FOLDER"))
    site.ask("reset", {})
    coupa("run", sample, "-o", tmp_path / "here", *words)
    assert there == cells(tmp_path / "here" / "sample.xlsx", without=("LAST_PROCESSED", "DOWNLOAD_FOLDER"))
    assert tree(tmp_path / "here") == tree(tmp_path / "out")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("server", ["grid", "stand_in"])
def test_the_sample_comes_out_alike_through_a_selenium_grid(
    coupa: Run, site: Site, sample: Path, tmp_path: Path, request: pytest.FixtureRequest, server: str
) -> None:
    channel = os.environ.get("SELENIUM_GRID_CHANNEL", "chrome")
    environment = {"COUPA_SELENIUM_URL": request.getfixturevalue(server), "COUPA_CHANNEL": channel}
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
