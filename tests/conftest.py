"""What every test has: nothing of the user's is read, nothing of ours is left running."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[1]
# Whole runs and sweeps take minutes together: `make test` has the sample and Edge's paths of them.
AT_LENGTH = ("tests/chaos/", "tests/docs/test_walk.py", "tests/e2e/")
IN_SHORT = ("tests/e2e/machines/test_edge.py", "tests/e2e/whole/test_sample.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test` leaves to `make test-slow`."""
    for item in items:
        place = item.path.relative_to(ROOT).as_posix()
        if place.startswith(AT_LENGTH) and place not in IN_SHORT:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the settings of whoever runs the tests out of them."""
    for name in list(os.environ):
        ours = name.startswith(("COUPA_", "EDGE_PROFILE_")) or name in ("MAX_PARALLEL_WORKERS", "BACKEND")
        if ours and name not in ("COUPA_BROWSER_PATH", "COUPA_DRIVER_PATH"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    return home


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves a process behind, one that has ended but was not waited for included."""
    before = set(psutil.Process().children(recursive=True))
    yield
    left = [child for child in psutil.Process().children(recursive=True) if child not in before]
    assert not left, f"left running: {left}"
