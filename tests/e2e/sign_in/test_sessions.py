"""Sessions that end, browsers that die or hang, browsers that are replaced: no order pays for it, on either backend."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from coupa_async.domain.outcome import Outcome
from coupa_async.runtime.processes import is_alive
from tests.e2e.conftest import BACKENDS, Running, Site, results

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Start = Callable[..., Running]
Sheet = Callable[[int], Path]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[psutil.Process]:
    """A browser of the user's, on a profile of their own."""
    path = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium") or shutil.which("microsoft-edge")
    if path is None:
        pytest.skip("no browser to be the user's")
    words = ["--headless=new", "--no-sandbox", f"--user-data-dir={tmp_path / 'theirs'}", "about:blank"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([path, *words], stdout=quiet, stderr=quiet, start_new_session=True) as browser:
        theirs = psutil.Process(browser.pid)
        while not (tmp_path / "theirs" / "Local State").exists():
            assert browser.poll() is None
        yield theirs
        own = [*theirs.children(recursive=True), theirs]
        browser.terminate()
        browser.wait(20)
        psutil.wait_procs(own, timeout=5)


def all_well(run: Running, orders: int) -> None:
    """Every order in its one true outcome, at the first attempt."""
    assert run.end() == 0, (run.out.parent / "said").read_text()
    found = results(run.out)
    assert Counter(result.outcome for result in found.values()) == {Outcome.COMPLETED: orders}
    assert {len(result.saved) for result in found.values()} == {2}
    assert Counter(str(line["order"]) for line in run.told("OrderFinished")).most_common(1)[0][1] == 1
    assert "no running event loop" not in (run.out / "run.log").read_text()


@BACKENDS
def test_a_session_that_ends_in_the_middle_is_one_sign_in_for_all_workers(
    start: Start, site: Site, load_sheet: Sheet, backend: str
) -> None:
    """S1"""
    run = start(load_sheet(24), "--workers", "3", "--backend", backend, "--lane", "browser")
    run.until("OrderFinished", 4)
    site.ask("expire", {"sso": True})
    all_well(run, 24)
    assert len(run.told("SignedIn")) == 2  # at the start, and after the end
    assert site.ask("log/count")["tries"] == 2
    assert {result.attempts for result in results(run.out).values()} == {1}


@BACKENDS
def test_killed_browsers_are_replaced_at_once_and_the_users_own_is_left_alone(
    start: Start, load_sheet: Sheet, theirs: psutil.Process, backend: str
) -> None:
    """B1, B10, P3"""
    run = start(load_sheet(24), "--workers", "2", "--backend", backend, "--lane", "browser")
    run.until("OrderFinished", 2)
    killed = run.browsers()
    assert theirs not in killed
    for item in killed:
        item.kill()
    all_well(run, 24)
    restarts = run.told("WorkerRestarting")
    assert Counter(line["worker"] for line in restarts) == {"worker-1": 1, "worker-2": 1}
    assert {line["delay_s"] for line in restarts} == {0}
    assert {result.attempts for result in results(run.out).values()} == {1}
    assert is_alive(theirs)
    assert len(run.told("SignedIn")) == 1


@POSIX
@BACKENDS
def test_a_browser_that_hangs_is_restarted_before_its_orders_fail(
    start: Start, load_sheet: Sheet, backend: str
) -> None:
    """B2: whatever is asked of it fails "normally"."""
    words = ("--workers", "1", "--backend", backend, "--lane", "browser")
    run = start(load_sheet(8), *words, COUPA_PAGE_TIMEOUT_S="3", COUPA_DOWNLOAD_TIMEOUT_S="3")
    run.until("OrderFinished", 2)
    (stopped,) = run.browsers()
    stopped.send_signal(signal.SIGSTOP)
    all_well(run, 8)
    assert len(run.told("WorkerRestarting")) == 1
    assert not is_alive(stopped)


@BACKENDS
def test_sessions_are_replaced_after_so_many_orders_and_stay_signed_in(
    start: Start, load_sheet: Sheet, own_settings: Path, backend: str
) -> None:
    """M1, P3, P5: the session cookie has no expiry, and a profile that closes drops it."""
    words = ("--workers", "2", "--backend", backend, "--lane", "browser")
    run = start(load_sheet(40), *words, COUPA_SESSION_ORDERS="6")
    all_well(run, 40)
    assert len(run.told("WorkerRecycled")) >= 4
    assert not run.told("WorkerRestarting")
    assert len(run.told("SignedIn")) == 1
    assert not list((own_settings / "coupa-async" / "profiles").glob("run-*"))
