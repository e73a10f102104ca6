"""A file's content replaced at once: whoever looks sees the old one whole or the new one whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from coupa_async.domain.errors import StorageError
from coupa_async.staging import staged


def replace_file(destination: Path, write: Callable[[BinaryIO], None], now: datetime) -> Path:
    """Write a file under a temporary name in the destination's folder, then rename it. Blocking.

    Args:
        destination: If it is a link, what it points to is replaced.
        write: Writes the content.
        now: Names the file beside it that is written where the destination cannot be replaced.

    Returns:
        Where the content is: ``destination``, or the file beside it if another program holds it open, as Excel on
        Windows does.

    Raises:
        StorageError: If neither can be written; the destination is then as it was.
    """
    target = destination.resolve()
    try:
        with staged(target) as ours:
            with ours.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, ours)
            try:
                ours.replace(target)
            except PermissionError:
                beside = destination.with_name(f"{target.stem} (results {now:%Y-%m-%d %H%M%S}){target.suffix}")
                ours.replace(beside)
                return beside
    except OSError as error:
        raise StorageError(
            f"{destination}: cannot be written ({error.strerror or error}): free space or permissions, then run again"
        ) from error
    return destination


def back_up(path: Path, now: datetime) -> Path:
    """Copy a file beside itself before it is changed, named for the time. Blocking.

    Raises:
        StorageError: If the copy cannot be written.
    """
    backup = path.with_name(f"{path.stem} (backup {now:%Y-%m-%d %H%M%S}){path.suffix}")
    try:
        shutil.copy2(path, backup)
    except OSError as error:
        raise StorageError(
            f"{backup}: cannot be written ({error.strerror or error}): free space or permissions, then run again"
        ) from error
    return backup
