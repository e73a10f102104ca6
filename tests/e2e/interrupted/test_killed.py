"""A run that is killed while its browsers start or work: the next start ends them and removes their profiles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from coupa_async.runtime.processes import is_alive, noted
from coupa_async.services.profiles.profiles import run_profiles
from tests.e2e.conftest import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("backend", ["playwright", "selenium"])
@pytest.mark.parametrize("processes", [1, 6])
def test_browsers_and_drivers_of_a_killed_run_are_ended_by_the_next(
    site: Site, sample: Path, own_settings: Path, tmp_path: Path, backend: str, processes: int
) -> None:
    command = [sys.executable, "-m", "coupa_async", "run", str(sample), "-o", str(tmp_path / "out")]
    root = own_settings / "coupa-async" / "profiles"
    with subprocess.Popen(
        [*command, "--backend", backend, "--workers", "2"], env=site.environment, stderr=subprocess.DEVNULL
    ) as run:
        record: list[Path] = []
        while run.poll() is None and not (record and len(noted(record[0])) >= processes):
            record = list(root.glob("run-*.processes"))
        started = psutil.Process(run.pid).children(recursive=True)
        run.kill()
    assert started
    with run_profiles(root, tmp_path / "state.json"):
        psutil.wait_procs(started, timeout=5)  # those that died with the run, as Playwright's do
        assert not [item for item in started if is_alive(item)]
    assert [path.name for path in root.iterdir()] == ["base.lock"]
