"""Each contract test once for every backend."""

from __future__ import annotations

import importlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psutil
import pytest

from backends import open_backend
from backends.chromium import BrowserOptions
from backends.double import DoubleBackend
from coupa_async.ports import Backend, Profile, Session
from tests.contract.requirements import DIFFERENCES
from tests.contract.site import Site, double_answer, serve

# `module:function` of a backend of somebody else's, which takes BrowserOptions, runs through the same contract.
THEIRS = os.environ.get("COUPA_CONTRACT_BACKEND", "")
BROWSERS = ["playwright", "selenium"]
OPTIONS = BrowserOptions(page_timeout_s=3.0, settle_s=2.0, download_timeout_s=6.0, close_timeout_s=3.0)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend_name" in metafunc.fixturenames:
        names = [THEIRS] if THEIRS else ["double", *BROWSERS]
        if metafunc.definition.get_closest_marker("process"):
            names = [name for name in names if name != "double"]
        marks = {name: [pytest.mark.browser, pytest.mark.parity] if name != "double" else [] for name in names}
        metafunc.parametrize("backend_name", [pytest.param(name, marks=marks[name], id=name) for name in names])


@pytest.fixture(autouse=True)
def known_difference(request: pytest.FixtureRequest, backend_name: str) -> None:
    row = request.node.originalname.removeprefix("test_")
    for one in DIFFERENCES:
        if (one.backend, one.row) == (backend_name, row):
            request.applymarker(pytest.mark.xfail(reason=one.reason, strict=True))


@pytest.fixture
def backend(backend_name: str) -> Backend:
    if backend_name == "double":
        return DoubleBackend(double_answer)
    if backend_name in BROWSERS:
        return open_backend(backend_name, OPTIONS)
    module, _, function = backend_name.partition(":")
    theirs: Backend = getattr(importlib.import_module(module), function)(OPTIONS)
    return theirs


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serve() as it:
        yield it


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(name="worker-1", directory=tmp_path / "profile")


Open = Callable[[], AbstractAsyncContextManager[Session]]


@pytest.fixture
def launch(backend: Backend, profile: Profile) -> Open:
    return lambda: backend.session(profile)


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, nothing_left_running: None) -> Iterator[None]:
    """No half file is left where files are put."""
    yield
    files = tmp_path / "files"
    assert not files.exists() or not [path for path in files.iterdir() if path.suffix in (".crdownload", ".tmp")]


def processes(*names: str) -> list[psutil.Process]:
    """Our processes whose command is one of these."""
    found = []
    for one in psutil.Process().children(recursive=True):
        try:
            if any(name in Path(one.cmdline()[0]).name for name in names):
                found.append(one)
        except (psutil.Error, IndexError):
            continue
    return found
