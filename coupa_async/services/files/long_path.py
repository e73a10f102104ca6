"""Paths over 260 characters on Windows, which deep output folders with long names soon have."""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath

_PREFIX = "\\\\?\\"


def long_path(path: Path, *, platform: str = sys.platform) -> Path:
    """Return a path in the form that Windows accepts at any length; unchanged on other systems."""
    return Path(extended(str(path.absolute()))) if platform == "win32" else path


def extended(text: str) -> str:
    r"""Return an absolute Windows path in the extended form: ``\\?\C:\…``, ``\\?\UNC\server\share\…``."""
    plain = str(PureWindowsPath(text))  # the extended form takes no forward slashes
    if plain.startswith(_PREFIX):
        return plain
    return f"{_PREFIX}UNC\\{plain[2:]}" if plain.startswith("\\\\") else f"{_PREFIX}{plain}"
