"""Each check of the set-up by itself: what it finds, and that what is bad comes with a cure."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace

import anyio
import anyio.abc
import pytest

from coupa_async.services.diagnostics import checks
from coupa_async.services.diagnostics.checks import Finding, Severity
from coupa_async.services.diagnostics.memory import room_bytes
from coupa_async.services.diagnostics.tenant import reach


def is_bad(finding: Finding) -> bool:
    assert finding.cure or finding.mark is Severity.GOOD
    return finding.mark is Severity.BAD


def test_a_python_that_is_too_old_is_told() -> None:
    assert not is_bad(checks.python())
    assert is_bad(checks.python((3, 10, 14)))


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    def lookup(name: str) -> str:
        if name in ("openpyxl", "selenium"):
            raise PackageNotFoundError(name)
        return version(name)

    assert not is_bad(checks.packages("selenium"))
    without = checks.packages("selenium", lookup=lookup)
    assert is_bad(without)
    assert "openpyxl, selenium" in without.text
    assert without.cure == "pip install 'coupa-async[selenium]'"
    assert "selenium" not in checks.packages(lookup=lookup).text  # not wanted by the other backend


def test_profiles_never_lie_in_a_browsers_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert not is_bad(checks.profiles(tmp_path / "profiles"))
    if sys.platform == "linux":
        assert is_bad(checks.profiles(tmp_path / ".config" / "chromium" / "profiles"))


def test_an_output_folder_is_tried_and_not_made(tmp_path: Path) -> None:
    assert not is_bad(checks.output(tmp_path / "a" / "b"))
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    assert is_bad(checks.output(tmp_path / "file"))


@pytest.mark.parametrize(("free", "mark"), [(10**8, Severity.BAD), (10**9, Severity.NOTE), (10**10, Severity.GOOD)])
def test_a_disk_that_is_nearly_full_is_told_before_it_is_full(tmp_path: Path, free: int, mark: Severity) -> None:
    assert checks.disk(tmp_path / "out", usage=lambda _: SimpleNamespace(free=free)).mark is mark


@pytest.mark.parametrize(
    ("room", "workers", "mark"), [(2 * 10**9, 4, Severity.GOOD), (10**9, 4, Severity.NOTE), (0, 1, Severity.GOOD)]
)
def test_memory_says_how_many_workers_it_allows_and_never_none(room: int, workers: int, mark: Severity) -> None:
    assert checks.memory(room, workers, 0.85).mark is mark


def test_room_is_what_the_tightest_limit_leaves(tmp_path: Path) -> None:
    machine = lambda: SimpleNamespace(total=1000, available=500)  # noqa: E731
    assert room_bytes(0.85, root=tmp_path, machine=machine) == 350
    assert room_bytes(0.4, root=tmp_path, machine=machine) == 0
    own = tmp_path / "sys/fs/cgroup"
    own.mkdir(parents=True)
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/\n")
    (own / "memory.max").write_text("400\n")
    (own / "memory.current").write_text("300\n")
    (own / "memory.stat").write_text("inactive_file 100\n")
    assert room_bytes(0.85, root=tmp_path, machine=machine) == 140


def test_long_paths_matter_on_windows_alone_and_stop_nothing() -> None:
    folder = Path("/out")
    assert checks.long_paths(folder, platform="linux").mark is Severity.GOOD
    assert checks.long_paths(folder, platform="win32", enabled=lambda: True).mark is Severity.GOOD
    off = checks.long_paths(folder, platform="win32", enabled=lambda: False)
    assert off.mark is Severity.NOTE
    assert "255 characters" in off.text


@pytest.fixture
def plain_port() -> Iterator[int]:
    """A port that takes connections and speaks no TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server.getsockname()[1]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [item for item in os.environ if item.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


async def steps(url: str) -> list[tuple[str, Severity]]:
    return [(item.name, item.mark) for item in await reach(url, ssl.create_default_context())]


@pytest.mark.anyio
async def test_each_step_to_the_tenant_is_told_apart(plain_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await steps("https://tenant.invalid") == [("DNS", Severity.BAD)]
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert await steps(f"http://127.0.0.1:{port}") == [("DNS", Severity.GOOD), ("connection", Severity.BAD)]
    assert await steps(f"http://127.0.0.1:{plain_port}") == [("DNS", Severity.GOOD), ("connection", Severity.GOOD)]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    assert await steps("https://tenant.invalid") == [("proxy", Severity.BAD)]
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{plain_port}")
    assert await steps("https://tenant.invalid") == [("proxy", Severity.GOOD)]


@pytest.mark.anyio
async def test_a_server_without_tls_is_not_called_unreachable() -> None:

    async def hang_up(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(listener.serve, hang_up)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        assert await steps(f"https://127.0.0.1:{port}") == [("DNS", Severity.GOOD), ("TLS", Severity.BAD)]
        tasks.cancel_scope.cancel()
