from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.world import site


@pytest.fixture
def where() -> Iterator[dict[str, str]]:
    """The recorded site, whose files take a moment, so that kills find some half way."""
    with site("--file-latency-ms", "5") as where:
        yield where
