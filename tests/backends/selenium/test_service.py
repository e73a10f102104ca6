"""A driver's process among those of other users."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backends.browser.chromium import Browser, BrowserOptions
from backends.selenium.backend import open_backend
from backends.selenium.service import service_of
from coupa_async.ports import Profile
from coupa_async.runtime.proxy_environment import keep_here_direct

LISTENS = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


@contextmanager
def program(code: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("channel", ["chrome", "msedge"])
def test_a_driver_is_asked_only_where_it_listens_itself(tmp_path: Path, channel: str) -> None:
    options = BrowserOptions(driver_path=Path(sys.executable))
    service = service_of(Browser(channel, Path(sys.executable)), options, tmp_path)
    with program(LISTENS) as driver, socket.create_server(("127.0.0.1", 0)) as another:
        assert driver.stdout is not None
        service.process, service.port = driver, another.getsockname()[1]
        assert not service.is_connectable()
        service.port = int(driver.stdout.readline())
        assert service.is_connectable()
    assert not service.is_connectable()


def test_each_driver_answers_below_a_path_of_its_own(tmp_path: Path) -> None:
    options = BrowserOptions(driver_path=Path(sys.executable))
    services = [service_of(Browser("chrome", Path(sys.executable)), options, tmp_path) for _ in range(2)]
    paths = [service.command_line_args()[-1].removeprefix("--url-base=") for service in services]
    assert len(set(paths)) == 2
    assert all(len(path) > 32 for path in paths)
    assert all(service.service_url.endswith(path) for service, path in zip(services, paths, strict=True))


@pytest.mark.anyio
@pytest.mark.browser
async def test_a_driver_is_spoken_to_without_the_proxy_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("no_proxy", "intern.example")
    keep_here_direct(os.environ)
    async with open_backend(BrowserOptions()).session(Profile(name="w", directory=tmp_path / "profile")) as session:
        assert await session.cookies() == []
