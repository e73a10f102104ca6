"""The folder of a browser's profile as a session begins on it."""

from __future__ import annotations

import shutil
from pathlib import Path

_DOWNLOADS = "downloads"


def downloads_of(directory: Path) -> Path:
    """Return where a browser on a profile puts its files."""
    return directory / _DOWNLOADS


def prepare(directory: Path) -> None:
    """Make a profile's folder, for the user alone, without what a killed browser was downloading. Blocking."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    downloads = downloads_of(directory)
    if downloads.is_symlink():
        downloads.unlink()  # not ours: what it leads to stays
    elif downloads.exists():
        shutil.rmtree(downloads, ignore_errors=True)  # what another program holds open is in nobody's way
