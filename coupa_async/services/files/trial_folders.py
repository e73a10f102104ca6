"""Where numbers are tried: an output folder of its own for each, inside that of the run, until it is decided."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from pathlib import Path

from coupa_async.runtime.disk_errors import is_link, patiently, refuse_link, translate_os_errors
from coupa_async.services.files.long_path import long_path

_NAME = ".trials"  # no folder of an order begins with a dot


class TrialFolders:
    """Those of one output folder. Blocking."""

    def __init__(self, root: Path) -> None:
        """Take the output folder; nothing is made.

        Raises:
            OutputError: If a link is in their place.
        """
        self._home = root / _NAME
        refuse_link(self._home)

    def of(self, trial_id: int) -> Path:
        """Return the one of a trial."""
        return self._home / str(trial_id)

    def are_swept(self, known: Collection[int]) -> bool:
        """Return whether nothing is left of trials that have ended, as it is where a kill came before.

        Args:
            known: The trials that have not.
        """
        return not self._strays(known) and bool(known or not self._home.exists())

    def _strays(self, known: Collection[int]) -> list[Path]:
        home = long_path(self._home)
        if not home.is_dir():
            return []
        return [path for path in home.iterdir() if not (path.name.isdecimal() and int(path.name) in known)]

    def sweep(self, known: Collection[int]) -> None:
        """Remove what is left of trials that have ended.

        Args:
            known: The trials that have not.

        Raises:
            FileInUseError: If another program holds something in one.
            StorageError: If the disk does not let go of it.
        """
        for path in self._strays(known):
            with translate_os_errors(path):
                is_folder = path.is_dir() and not is_link(path)
                patiently(partial(shutil.rmtree, path) if is_folder else path.unlink)
        with suppress(OSError):  # others are tried, or there was none
            self._home.rmdir()
