"""Test code in Edge's place, where Edge cannot be installed: a browser that is Chromium, and a driver that translates.

They let the paths for Edge run - ``webdriver.Edge``, ``ms:edgeOptions``, the channel's executable - not Edge itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def edge(folder: Path, *, chromium: str, chromedriver: str) -> Path:
    """Put ``microsoft-edge`` and ``msedgedriver`` into a folder for PATH; what the driver is asked goes to a log there.

    Returns:
        The log: one JSON object a session.
    """
    folder.mkdir(exist_ok=True)
    log = folder / "asked.jsonl"
    script(folder / "microsoft-edge", f'exec "{chromium}" "$@"')
    module = f'env PYTHONPATH="{ROOT}" "{sys.executable}" -m tests.fakes.msedgedriver'
    script(folder / "msedgedriver", f'exec {module} "{chromedriver}" "{log}" "$@"')
    return log


def script(path: Path, line: str) -> Path:
    """Write a program of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path
