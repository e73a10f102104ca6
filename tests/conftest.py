"""What every test has: nothing of the user's is read, nothing of ours is left running."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


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
    return home


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves a process behind, one that has ended but was not waited for included."""
    before = set(psutil.Process().children(recursive=True))
    yield
    left = [one for one in psutil.Process().children(recursive=True) if one not in before]
    assert not left, f"left running: {left}"
