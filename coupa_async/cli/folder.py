"""What the commands about an output folder share: no tenant, and never a journal made where none was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field
from pydantic_settings import CliPositionalArg

from coupa_async.cli.settings import Command
from coupa_async.domain.errors import InputError
from coupa_async.services.history import History
from coupa_async.services.journal import FILE_NAME, Journal


class Folder(Command):
    """A command about an output folder."""

    dir: CliPositionalArg[Path] = Field(description="the output folder of a run")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Journal, History]]:
    """Open what a run left, or is writing, in a folder.

    Raises:
        InputError: If there is no journal.
        OutputError: If it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise InputError(f"{folder}: no {FILE_NAME} in it: name the output folder of a run (-o)")
    with Journal(path) as journal, History(path) as history:
        yield journal, history
