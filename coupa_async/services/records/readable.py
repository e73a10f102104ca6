"""Says of a journal what is wrong with it, where another version wrote it or a failing disk changed it."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from coupa_async.domain.errors import OutputError, StorageError
from coupa_async.runtime.disk_errors import shown

Method = TypeVar("Method", bound=Callable[..., Any])


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Read what a journal's file holds, within the block.

    Raises:
        OutputError: If this version cannot read it.
    """
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, LookupError) as error:
        raise OutputError(
            f"{shown(path)}: holds what this version of coupa-async cannot read ({error}): use the version that wrote "
            "it last, or another folder (-o)"
        ) from error


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Write to a journal's file within the block.

    Raises:
        StorageError: If the disk takes no more, or gives back something else than was written.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            cure = "free space or permissions, then run again"
        elif type(error) is sqlite3.DatabaseError:  # the others are bugs
            cure = "check the disk, then choose another folder with -o"
        else:
            raise
        raise StorageError(f"{path}: {error}: {cure}") from error


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close a connection if the block that sets it up fails: Windows lets nobody move a file that is open."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def reads(method: Method) -> Method:
    """Make a method, or a generator, that reads from the file at ``self._path`` raise errors as :func:`readable`."""

    @wraps(method)
    def read(self: Any, *given: Any) -> Any:
        with readable(self._path):
            return method(self, *given)

    @wraps(method)
    def read_rows(self: Any, *given: Any) -> Any:
        with readable(self._path):
            yield from method(self, *given)

    return cast("Method", read_rows if inspect.isgeneratorfunction(method) else read)
