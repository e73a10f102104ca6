"""Replaces a file at once: a reader sees either the whole old file or the whole new one."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from coupa_async.domain.errors import StorageError
from coupa_async.domain.files.naming import marked
from coupa_async.runtime.disk_errors import is_held, is_link, patiently, private
from coupa_async.runtime.temporary_files import staged

_TIME = "%Y-%m-%d %H%M%S"
_STAMP = r"\d{4}-\d\d-\d\d \d{6}"


def replace_file(
    destination: Path,
    write: Callable[[BinaryIO], None],
    now: datetime,
    *,
    follow: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Write a file under a temporary name in the destination's folder, then rename it. Blocking.

    A new file is readable for the user alone; a replaced file keeps its mode.

    Args:
        destination: The file.
        write: Writes the content.
        now: Used in the name of the file that is written beside a destination which cannot be replaced.
        follow: Whether the destination may be a link, as the user's own file may; then its target is replaced.
        sleep: Waits so many seconds, where another program holds the destination.

    Returns:
        Where the content is: ``destination``, or the file beside it if another program holds it open, as Excel on
        Windows does.

    Raises:
        StorageError: If neither can be written, or a link is in its place; the destination is then as it was.
    """
    if not follow and is_link(destination):
        raise StorageError(f"{destination}: is a link, which may lead outside the output folder: remove it, run again")
    target = destination.resolve()
    try:
        with staged(target) as ours:
            with open(ours, "xb", opener=private) as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, ours)
            try:
                patiently(partial(ours.replace, target), sleep=sleep)
            except OSError as error:
                if not is_held(error):
                    raise
                beside = destination.with_name(marked(target.name, f" (results {now:{_TIME}})"))
                patiently(partial(ours.replace, beside), sleep=sleep)
                return beside
    except OSError as error:
        raise StorageError(
            f"{destination}: cannot be written ({error.strerror or error}): free space or permissions, then run again"
        ) from error
    return destination


class Leftovers(NamedTuple):
    """What earlier runs have put beside a file.

    Attributes:
        backups: Copies from before it was filled in, the oldest first.
        results: What could not be written into it, because another program held it, the oldest first.
    """

    backups: tuple[Path, ...]
    results: tuple[Path, ...]


def leftovers(path: Path) -> Leftovers:
    """Find what earlier runs have put beside a file. Blocking."""
    beside = sorted(path.parent.iterdir())
    backups, results = (
        tuple(other for other in beside if _pattern(path, kind).fullmatch(other.name)) for kind in ("backup", "results")
    )
    return Leftovers(backups=backups, results=results)


def _pattern(path: Path, kind: str) -> re.Pattern[str]:
    mark = f" ({kind} {datetime(2000, 1, 1):{_TIME}})"  # as long as any other time
    before, _, after = marked(path.name, mark).rpartition(mark)
    return re.compile(rf"{re.escape(before)} \({kind} {_STAMP}\){re.escape(after)}")


def back_up(path: Path, now: datetime) -> Path:
    """Copy a file beside itself before it is changed, named for the time. Blocking.

    Raises:
        StorageError: If the copy cannot be written.
    """
    backup = path.with_name(marked(path.name, f" (backup {now:{_TIME}})"))
    try:
        with staged(backup) as ours:
            shutil.copy2(path, ours)
            patiently(partial(ours.replace, backup))
    except OSError as error:
        raise StorageError(
            f"{backup}: cannot be written ({error.strerror or error}): free space or permissions, then run again"
        ) from error
    return backup
