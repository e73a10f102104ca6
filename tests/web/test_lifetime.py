"""How the page begins and ends: one for each user, by a signal, when asked, when nobody is there."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.run_book import RunBook
from coupa_async.app.runs.summary import Summary
from coupa_async.web.jobs.runner import LiveRun, Runner
from coupa_async.web.server import ServeRequest, serve
from coupa_async.web.serving.access import Access
from tests.web.conftest import serving

pytestmark = pytest.mark.anyio


def test_a_second_start_opens_a_window_of_the_first_unless_that_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        assert first.host.startswith("127.0.0.1:")
        with serving(tmp_path) as second:
            assert second.process.wait(20) == 0
        assert (second.host, second.base) == (first.host, first.base)
        assert second.address != first.address
        assert first.enter().get("/").status == 200
        first.process.kill()
        first.process.wait(20)
    with serving(tmp_path) as third:
        assert third.base != first.base
        assert third.enter().get("/").status == 200


def test_a_signal_ends_it_with_the_exit_code_of_a_run(tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        app.process.send_signal(signal.SIGINT)
        assert app.process.wait(20) == 128 + signal.SIGINT


def test_it_ends_when_asked_from_the_page(tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        window = app.enter()
        assert window.ask("POST", "/end", "").status == 200
        assert app.process.wait(20) == 0


def test_it_ends_by_itself_when_nobody_is_there(tmp_path: Path) -> None:
    with serving(tmp_path, "--idle-minutes", "0.02") as app:
        assert app.process.wait(30) == 0


class Signals:
    """Signals that a test sends."""

    send: MemoryObjectSendStream[signal.Signals]

    @contextmanager
    def open(self) -> Iterator[MemoryObjectReceiveStream[signal.Signals]]:
        self.send, receive = anyio.create_memory_object_stream[signal.Signals](10)
        with self.send, receive:
            yield receive


async def test_the_first_signal_lets_a_run_finish_what_is_in_hand_and_the_second_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signals, pressed = Signals(), []
    runners: list[Runner] = []

    def make_runner(tasks: TaskGroup, book: RunBook) -> Runner:
        runners.append(Runner(tasks, book))
        return runners[0]

    monkeypatch.setattr("coupa_async.web.server.Runner", make_runner)
    request = ServeRequest(
        folder=tmp_path,
        output_root=tmp_path,
        read_settings=Settings.read,
        open_on_desktop=lambda path: None,
        signals=signals.open,
    )

    async def work(switch: object, observers: object) -> Summary:
        run = runners[0].active
        assert isinstance(run, LiveRun)
        with run.switch.open() as presses:
            pressed.append(await anext(aiter(presses)))
            signals.send.send_nowait(signal.SIGINT)
            pressed.append(await anext(aiter(presses)))
        return Summary()

    async with anyio.create_task_group() as tasks:

        def ready(access: Access) -> None:
            async def begin() -> None:
                await runners[0].start("orders", tmp_path / "out", work)
                signals.send.send_nowait(signal.SIGINT)

            tasks.start_soon(begin)

        with anyio.fail_after(20):
            assert await serve(request, ready=ready) == signal.SIGINT
    assert pressed == [signal.SIGINT, signal.SIGINT]
    assert [run.name for run in RunBook(tmp_path / "runs.json").all()] == ["orders"]
