"""An entry for the page where people look for programs: the start menu, the desktop, the list of applications."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs

from coupa_async.domain.errors import OutputError
from coupa_async.runtime.shell_link import write_shell_link

_NAME = "coupa-async"
_COMMENT = "Attachments of purchase orders, filed and accounted for"


def make_shortcut() -> Path:
    """Put the entry where this system has such entries, in place of an older one. Blocking.

    Returns:
        Where it is.

    Raises:
        OutputError: If it cannot be written.
    """
    path = _place(sys.platform)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            write_shell_link(path, sys.executable, "-m coupa_async app", _COMMENT)
        else:
            text = command_file if sys.platform == "darwin" else desktop_entry
            path.write_text(text(_command(sys.executable, os.environ)), encoding="utf-8", newline="\n")
            path.chmod(0o755)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
    return path


def desktop_entry(command: Sequence[str]) -> str:
    """Return an entry of the freedesktop.org specification."""
    words = " ".join(map(_entry_word, command))
    lines = ("Type=Application", f"Name={_NAME}", f"Comment={_COMMENT}", f"Exec={words}", "Categories=Office;")
    return "\n".join(("[Desktop Entry]", *lines, ""))


def command_file(command: Sequence[str]) -> str:
    """Return a script that macOS opens in a terminal."""
    return f"#!/bin/sh\nexec {shlex.join(command)}\n"


def _place(system: str) -> Path:
    if system == "win32":
        menu = Path(os.environ.get("APPDATA") or Path.home()) / "Microsoft" / "Windows" / "Start Menu" / "Programs"
        return menu / f"{_NAME}.lnk"
    if system == "darwin":
        return Path.home() / "Desktop" / f"{_NAME}.command"
    return platformdirs.user_data_path() / "applications" / f"{_NAME}.desktop"


def _command(python: str, environment: Mapping[str, str]) -> list[str]:
    """Return what starts the page; a bundle's Python finds its packages by a variable."""
    found_by = environment.get("PYTHONPATH")
    return [*(["/usr/bin/env", f"PYTHONPATH={found_by}"] if found_by else []), python, "-m", "coupa_async", "app"]


def _entry_word(word: str) -> str:
    """Quote a word of ``Exec``: once for the word, once for the line, and ``%`` by itself."""
    escaped = "".join(f"\\{char}" if char in '"`$\\' else char for char in word)
    return '"{}"'.format(escaped.replace("\\", "\\\\").replace("%", "%%"))
