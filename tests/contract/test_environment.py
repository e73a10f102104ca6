"""What the processes that we start are told, and who reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import psutil
import pytest
from anyio import to_thread

from coupa_async.ports import Profile
from tests.contract.conftest import Open

pytestmark = [pytest.mark.anyio, pytest.mark.process]
# What chromedriver and Chromium tell whoever asks: the sessions, and the pages with what controls them.
ASKED = ("/status", "/sessions", "/json/version", "/json/list")


async def test_what_we_start_is_told_no_password_answers_nobody_else_and_finds_no_old_download(
    launch: Open, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUPA_PASSWORD", "open-sesame")
    old = profile.directory / "downloads" / "folder" / "download-0.crdownload"
    old.parent.mkdir(parents=True)
    old.write_text("half of another order's file")
    async with launch():
        told = {}
        for process in psutil.Process().children(recursive=True):
            try:
                told[process.pid] = process.environ()
            except psutil.Error:
                continue  # ended meanwhile, or hides itself
        assert len(told) >= 2
        assert not [pid for pid, environment in told.items() if "COUPA_PASSWORD" in environment]
        addresses = [f"http://{host}:{port}{path}" for host, port in set(listening()) for path in ASKED]
        assert not [address for address in addresses if await to_thread.run_sync(is_answered, address)]
        assert not old.parent.exists()


def listening() -> Iterator[tuple[str, int]]:
    for process in psutil.Process().children(recursive=True):
        try:
            sockets = process.net_connections("tcp")
        except psutil.Error:
            continue  # ended meanwhile
        for item in sockets:
            if item.status == psutil.CONN_LISTEN:
                yield (f"[{item.laddr.ip}]" if ":" in item.laddr.ip else item.laddr.ip), item.laddr.port


def is_answered(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.read(100))
    except (URLError, OSError):
        return False
