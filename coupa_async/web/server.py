"""Serves the page on this machine alone, until it is asked to end, by a signal, or when nobody is there any more."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import uvicorn
from anyio.abc import TaskStatus

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.run_book import RunBook
from coupa_async.engine.signals import OpenSignals, open_signals
from coupa_async.web.jobs.runner import Runner
from coupa_async.web.jobs.sign_in_job import SignInJobs
from coupa_async.web.routes import make_site
from coupa_async.web.serving.access import Access
from coupa_async.web.serving.connections import BoundedProtocol
from coupa_async.web.serving.presence import Presence
from coupa_async.web.sheets import SheetStore
from coupa_async.web.site import OpenOnDesktop, Site

IDLE_S = 1800.0
_LOOK_S = 15.0
_GRACE_S = 2
_KEEP_ALIVE_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeRequest:
    """How the page is served.

    Attributes:
        folder: What the page keeps: the list of runs, spreadsheets that were given to it.
        output_root: Where output folders are proposed.
        read_settings: Reads the settings as they stand when they are needed. Blocking.
        open_on_desktop: Shows a file or folder with the system's own program. Blocking.
        idle_s: Seconds without a window and without a run after which it ends.
        signals: What ends it. The first lets a run finish what is in hand; the second ends at once.
    """

    folder: Path
    output_root: Path
    read_settings: Callable[[], Settings]
    open_on_desktop: OpenOnDesktop
    idle_s: float = IDLE_S
    signals: OpenSignals = open_signals


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to us: they stop a run, too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(request: ServeRequest, *, ready: Callable[[Access], None]) -> signal.Signals | None:
    """Serve the page.

    Args:
        request: How.
        ready: Told once connections are taken: who may open it.

    Returns:
        The signal that ended it; ``None`` if it was asked to end, or nobody was there.
    """
    with _loopback() as listening:
        access = Access(host="{}:{}".format(*listening.getsockname()[:2]))
        async with anyio.create_task_group() as tasks:
            site = Site(
                access=access,
                presence=Presence(),
                runner=Runner(tasks, RunBook(request.folder / "runs.json")),
                sheets=SheetStore(request.folder / "sheets"),
                sign_in=SignInJobs(tasks, request.read_settings),
                read_settings=request.read_settings,
                output_root=request.output_root,
                open_on_desktop=request.open_on_desktop,
            )
            server = _Server(_config(site))
            ended_by: list[signal.Signals] = []
            await tasks.start(_signals, site, request.signals, ended_by, name="signals")
            tasks.start_soon(_idle, site, request.idle_s, name="idle")
            tasks.start_soon(_end, site, server, name="end")
            ready(access)
            await server.serve(sockets=[listening])
            tasks.cancel_scope.cancel("the page has ended")
    return ended_by[0] if ended_by else None


@contextmanager
def _loopback() -> Iterator[socket.socket]:
    """Listen on a free port of this machine alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        yield listening


def _config(site: Site) -> uvicorn.Config:
    return uvicorn.Config(
        make_site(site),
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",  # whoever sends nonsense is answered, and need not fill the terminal
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )


async def _signals(
    site: Site, open_them: OpenSignals, ended_by: list[signal.Signals], *, task_status: TaskStatus[None]
) -> None:
    """End by signals: the first asks a run to stop, the second to stop at once."""
    with open_them() as signals:
        task_status.started()
        async for number in signals:
            ended_by.append(number)
            if (run := site.runner.active) is not None:
                run.switch.press()
            site.closing.set()


async def _idle(site: Site, idle_s: float) -> None:
    """End when nobody has been there for long and nothing runs."""
    while site.runner.active is not None or site.presence.idle_s < idle_s:
        await anyio.sleep(min(_LOOK_S, idle_s / 4))
        if site.runner.active is not None:
            site.presence.note()  # whoever comes to look at what came of it has as long as after a click
    site.closing.set()


async def _end(site: Site, server: uvicorn.Server) -> None:
    """End the server once a run that goes on has ended."""
    await site.closing.wait()
    while (run := site.runner.active) is not None:
        await run.over.wait()
    server.should_exit = True
