"""The page beside the recorded site where everybody is signed in: no browser is started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, served
from tests.web.conftest import App, serving


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The site where everybody is signed in: no browser is started."""
    with served() as running:
        running.ask("sign-in", {"mode": "none"})
        yield running


@pytest.fixture
def environment(site: Site) -> Iterator[dict[str, str]]:
    site.ask("latency", {"latency_ms": 60, "file_latency_ms": 30})
    own = {"COUPA_BASE_URL": site.where["base_url"], "COUPA_LANE": "direct", "COUPA_TABS": "4"}
    yield own
    site.ask("latency", {"latency_ms": 0, "file_latency_ms": 0})


@pytest.fixture
def app(tmp_path: Path, environment: dict[str, str]) -> Iterator[App]:
    with serving(tmp_path, **environment) as running:
        yield running
