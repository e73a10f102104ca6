"""``app``: the local page, for those who would rather click."""

from __future__ import annotations

from pathlib import Path

import anyio
import platformdirs
from anyio import to_thread
from pydantic import Field
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.shortcut import make_shortcut
from coupa_async.app.window import open_window
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.language import _
from coupa_async.runtime.cleanup import plain_errors
from coupa_async.runtime.desktop import open_on_desktop


class App(Command):
    """Open a local page in your own browser, with everything that a run needs. Ctrl-C ends it as it ends a run."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async app")

    no_open: bool = Field(False, description="open no window; say the address to open")
    shortcut: bool = Field(False, description="put an entry into the start menu, and open nothing")
    idle_minutes: float = Field(30.0, gt=0, description="minutes without a window and without a run until it ends")


async def app(settings: App) -> int:
    """Serve the page until it ends; if it is served already, open another window of it.

    Returns:
        0 if it was ended from the page, or nobody was there; 128 and the signal's number if a signal ended it.

    Raises:
        RunError: If another one is served and does not answer.
        OutputError: If what the page keeps, or the shortcut, cannot be written.
    """
    if settings.shortcut:
        path = await to_thread.run_sync(make_shortcut)
        print_text(Console(stderr=True), _("coupa-async is among your programs now: %(path)s") % {"path": path})
        return 0
    from coupa_async.web.serving.instance import AnotherRunsError, app_dir, read_address, single_instance

    folder = app_dir()
    try:
        with single_instance(folder):
            return await _serve(settings, folder)
    except AnotherRunsError:
        first = await to_thread.run_sync(read_address, folder)
        await _show(settings, await to_thread.run_sync(first.another_address))
        return 0


async def _serve(settings: App, folder: Path) -> int:
    # The server takes a tenth of a second to import, which the other commands need not wait for.
    from coupa_async.web.server import ServeRequest, serve
    from coupa_async.web.serving.access import Access
    from coupa_async.web.serving.instance import write_address

    ended_by = None
    with plain_errors():
        async with anyio.create_task_group() as tasks:

            def ready(access: Access) -> None:
                write_address(folder, access)
                tasks.start_soon(_show, settings, access.address(), name="window")

            request = ServeRequest(
                folder=folder,
                output_root=platformdirs.user_documents_path() / "coupa-async",
                read_settings=Settings.read,
                open_on_desktop=open_on_desktop,
                idle_s=settings.idle_minutes * 60,
            )
            ended_by = await serve(request, ready=ready)
            tasks.cancel_scope.cancel("the page has ended")
    return 128 + ended_by if ended_by else 0


async def _show(settings: App, address: str) -> None:
    console = Console(stderr=True)
    if settings.no_open or not await open_window(address):
        text = _("open this in your browser, it lets one window in: %(address)s") % {"address": address}
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    else:
        console.print(_("coupa-async is open in your browser; Ctrl-C here ends it"), highlight=False)
