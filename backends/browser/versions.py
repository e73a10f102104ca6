"""Finds the version of a browser or driver without starting a session."""

from __future__ import annotations

import re
from pathlib import Path

import anyio

from coupa_async.runtime.processes import child_environment

_ANSWER_S = 3.0
_VERSION = re.compile(r"(?<!\d)\d{1,9}(?:\.\d{1,9}){3}")


async def browser_version(path: Path) -> str:
    """Return a browser's version; empty if it is unknown.

    On Windows it is the folder beside it that is named for it, for there ``--version`` opens a window; elsewhere what
    it answers to ``--version``.
    """
    if path.suffix.lower() == ".exe":
        return _last(" ".join(sorted(item.name for item in path.parent.iterdir())))
    return await program_version(path)


async def program_version(path: Path) -> str:
    """Return the version that a program prints for ``--version``; empty if there is none in time."""
    text = ""
    with anyio.move_on_after(_ANSWER_S):
        asked = await anyio.run_process([str(path), "--version"], check=False, env=child_environment())
        text = asked.stdout.decode(errors="replace")
    return _last(text)


def _last(text: str) -> str:
    found = _VERSION.findall(text)
    return found[-1] if found else ""
