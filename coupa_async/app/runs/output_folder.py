"""Reads the output folder of a run, also while the run goes on. Never makes a journal where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coupa_async.app.runs.summary import Summary
from coupa_async.domain.errors import InputError
from coupa_async.services.files.lock import is_held
from coupa_async.services.files.storage import LOCK
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.records.status import RunStatus, run_status
from coupa_async.services.reports.run_report import report_path


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Journal, History]]:
    """Open the journal and history of an output folder.

    Raises:
        InputError: If there is no journal.
        OutputError: If it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise InputError(f"{folder}: no {FILE_NAME} in it: name the output folder of a run (-o)")
    with Journal(path) as journal, History(path) as history:
        yield journal, history


def has_begun(folder: Path) -> bool:
    """Return whether a run has begun in a folder. Blocking. A kill may come before that, its journal being there.

    Raises:
        OutputError: If its journal cannot be read.
    """
    if not (folder / FILE_NAME).is_file():
        return False
    with opened(folder) as (_, history):
        return bool(history.runs())


def folder_status(folder: Path) -> tuple[Summary, RunStatus]:
    """Return where the run of an output folder stands, also while it goes on. Blocking.

    Returns:
        The outcomes of its orders, and its latest run.

    Raises:
        InputError: If there is no journal.
    """
    page = report_path(folder)
    summary = Summary(output_dir=folder, report=page if page.is_file() else None, is_at_work=is_at_work(folder))
    with opened(folder) as (journal, history):
        status = run_status(journal, history)
        summary.take(status, journal)
    summary.seconds, summary.restarts = status.seconds, status.restarts
    return summary, status


def is_at_work(folder: Path) -> bool:
    """Tell by the folder's lock whether a run is at work in it: the system takes it from one that was killed."""
    try:
        return is_held(folder / LOCK)
    except OSError:  # a disk that we may only read: its journal is all that can be told
        return False
