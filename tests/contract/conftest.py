"""Each contract test once for every backend."""

from __future__ import annotations

import importlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from backends import open_backend, open_lane
from backends.browser.chromium import BrowserOptions
from backends.fake.backend import FakeBackend
from coupa_async.ports import Backend, Profile, Session
from tests.contract.requirements import BY_THE_BROWSER, DIFFERENCES, VOID
from tests.contract.site import Site, double_answer, serve

# `module:function` of a backend of somebody else's, which takes BrowserOptions, runs through the same contract.
THEIRS = os.environ.get("COUPA_CONTRACT_BACKEND", "")
BROWSERS = ["playwright", "selenium"]
OPTIONS = BrowserOptions(page_timeout_s=3.0, settle_s=2.0, download_timeout_s=6.0, close_timeout_s=3.0)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend_name" in metafunc.fixturenames:
        names = [THEIRS] if THEIRS else ["double", "direct", *BROWSERS]
        if metafunc.definition.get_closest_marker("process"):
            names = [name for name in names if name != "double"]
        row = metafunc.definition.originalname.removeprefix("test_")
        names = [name for name in names if (name, row) not in {(item.backend, item.row) for item in VOID}]
        without = {"double"} if row in BY_THE_BROWSER else {"double", "direct"}
        marks = {name: [] if name in without else [pytest.mark.browser, pytest.mark.slow] for name in names}
        metafunc.parametrize("backend_name", [pytest.param(name, marks=marks[name], id=name) for name in names])


@pytest.fixture(autouse=True)
def known_difference(request: pytest.FixtureRequest, backend_name: str) -> None:
    row = request.node.originalname.removeprefix("test_")
    for difference in DIFFERENCES:
        if (difference.backend, difference.row) == (backend_name, row):
            request.applymarker(pytest.mark.xfail(reason=difference.reason, strict=True))


def make(name: str, options: BrowserOptions = OPTIONS, *, base_url: str = "http://127.0.0.1") -> Backend:
    """Make a backend by the name of its rows."""
    if name == "double":
        return FakeBackend(double_answer)
    if name == "direct":
        return open_lane(open_backend("playwright", options), options, "direct", base_url)
    if name in BROWSERS:
        return open_backend(name, options)
    module, _, function = name.partition(":")
    theirs: Backend = getattr(importlib.import_module(module), function)(options)
    return theirs


@pytest.fixture
def backend(backend_name: str, site: Site) -> Backend:
    return make(backend_name, base_url=site.url)


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
def nothing_left_behind(tmp_path: Path, nothing_left_running: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No half file is left where files are put, and nothing at all where temporary files are."""
    with TemporaryDirectory(prefix="c-") as temporary:  # `tmp_path` is too long for the sockets that browsers put there
        monkeypatch.setenv("TMPDIR", temporary)
        yield
        left = sorted(path.name for path in Path(temporary).iterdir())
    files = tmp_path / "files"
    assert not files.exists() or not [path for path in files.iterdir() if path.suffix in (".crdownload", ".tmp")]
    assert not left


def processes(*names: str) -> list[psutil.Process]:
    """Our processes whose command is one of these."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if any(name in Path(child.cmdline()[0]).name for name in names):
                found.append(child)
        except (psutil.Error, IndexError):
            continue
    return found
