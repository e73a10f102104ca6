"""Files far larger than what the program may hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from coupa_async.services.diagnostics.memory import tree_bytes
from tests.e2e.conftest import BACKENDS, Running, Site, results

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# 2 GB of the catalogue's row, scaled to what a shared machine has room for: two files, each of 200 MB more the second
# time. Memory that grew with them would show.
SIZES_BYTES = (50 << 20, 250 << 20)
GROWTH_BYTES = 100 << 20


@BACKENDS
def test_memory_stays_flat_while_a_big_file_comes(
    start: Callable[..., Running], site: Site, load_sheet: Callable[[int], Path], backend: str
) -> None:
    """D5"""
    peaks = []
    for size_bytes in SIZES_BYTES:
        site.ask("latency", {"file_bytes": size_bytes})
        run = start(load_sheet(1), "--backend", backend, "--lane", "browser", "--fresh")
        peak = 0
        while run.process.poll() is None:
            peak = max(peak, _held(run.process.pid))
        assert run.end() == 0
        (result,) = results(run.out).values()
        assert [item.size_bytes for item in result.saved] == [size_bytes] * 2
        peaks.append(peak)
    assert peaks[1] - peaks[0] < GROWTH_BYTES, peaks


def _held(pid: int) -> int:
    """What the program, its drivers and its browsers hold."""
    return tree_bytes([pid]) if psutil.pid_exists(pid) else 0
