"""Shows files, folders and addresses with the programs of the user's desktop."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import anyio

from coupa_async.domain.errors import OutputError
from coupa_async.runtime.processes import apart, child_environment


def open_on_desktop(path: Path) -> None:
    """Show a file or folder with the program that the system has for it. Blocking.

    Raises:
        OutputError: If there is none.
    """
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - the user's own click on the user's own file
    elif not webbrowser.open(path.as_uri()):
        raise OutputError(f"{path}: no program was found to show it: open it yourself")


async def start_program(command: Sequence[str]) -> bool:
    """Start a program of the user's that outlives us. Returns whether it started."""
    nowhere = Path(os.devnull)
    try:
        with nowhere.open("r+b") as null:  # noqa: ASYNC230 - the null device keeps nobody waiting
            await anyio.open_process(command, stdin=null, stdout=null, stderr=null, env=child_environment(), **apart())
    except OSError:
        return False
    return True
