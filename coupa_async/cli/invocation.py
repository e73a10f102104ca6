"""How this program was started, so that the commands that it proposes work when they are typed."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from coupa_async.cli.command_table import COMMANDS

NAME = "coupa-async"
_PROPOSED = re.compile(rf"\b{NAME} (?=(?:{'|'.join(COMMANDS)})\b)")


def command() -> str:
    """Return what to type for ``coupa-async``: its name if the shell finds it, else as this process was started."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return f"{shown_path(Path(sys.executable))} -m coupa_async"
    found = shutil.which(NAME)
    if started.stem != NAME or (found and Path(found).resolve() == started.resolve()):
        return NAME
    return shown_path(started.absolute())


def as_typed(text: str) -> str:
    """Change the commands in a text to the form that works here."""
    started_as = command()
    return _PROPOSED.sub(lambda _: f"{started_as} ", text)


def shown_path(path: Path) -> str:
    """Return a path as it can be typed: in quotes if it has spaces, and relative if it is below the current folder."""
    here = Path.cwd()
    text = str(path.relative_to(here) if path.is_relative_to(here) and path != here else path)
    return f'"{text}"' if " " in text else text
