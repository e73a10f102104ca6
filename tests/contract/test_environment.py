"""What the processes that we start are told."""

from __future__ import annotations

import psutil
import pytest

from tests.contract.conftest import Open

pytestmark = [pytest.mark.anyio, pytest.mark.process]


async def test_no_process_of_ours_is_told_the_password(launch: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPA_PASSWORD", "open-sesame")
    async with launch():
        told = {}
        for process in psutil.Process().children(recursive=True):
            try:
                told[process.pid] = process.environ()
            except psutil.Error:
                continue  # ended meanwhile, or hides itself
        assert len(told) >= 2
        assert not [pid for pid, environment in told.items() if "COUPA_PASSWORD" in environment]
