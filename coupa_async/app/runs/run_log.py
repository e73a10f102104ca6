"""The run's log: JSON lines in ``run.log``, with nothing secret in them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from coupa_async.domain.errors import OutputError
from coupa_async.domain.events import Event, OrderFinished
from coupa_async.domain.redaction import redacted, redacted_values
from coupa_async.runtime.disk_errors import private, refuse_link
from coupa_async.services.files.own_file import head_of, own_path

FILE_NAME = "run.log"
_log = logging.getLogger("coupa_async.events")
# asyncio's, too: what a killed driver leaves unsaid would else be written across the progress.
_OURS = ("coupa_async", "backends", "asyncio")


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        shown = redacted_values(line | getattr(record, "fact", {}))
        return json.dumps(shown, ensure_ascii=False, default=lambda value: redacted(str(value)))


class _File(logging.FileHandler):
    """A log file. A full disk ends the log but not the run, whose errors are shown on the screen as well."""

    def _open(self) -> TextIOWrapper:
        # Without a buffer, in which what the disk did not take would wait for the next line, and for the end.
        raw = open(self.baseFilename, "ab", buffering=0, opener=private)  # noqa: SIM115 - Path has no opener
        return TextIOWrapper(raw, encoding="utf-8", write_through=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


_current: ContextVar[Path | None] = ContextVar("the log of this run", default=None)


class _OfThisRun(logging.Filter):
    """Lets through what a run's own tasks and threads say, and what nobody can tell whose it is."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def filter(self, record: logging.LogRecord) -> bool:
        return _current.get() in (None, self._path)


def log_path(root: Path) -> Path:
    """Return where the log of an output folder is, or goes: nothing is added to a file of the user's own. Blocking.

    Raises:
        StorageError: If there is no name left.
    """
    return own_path(root, FILE_NAME, _is_ours)


def _is_ours(path: Path) -> bool:
    head = head_of(path)
    # A disk that was full may have taken half of the first line.
    return not head or (head.startswith('{"at": "') and ('"logger": ' in head or "\n" not in head))


@contextmanager
def run_log(path: Path, *, of: Sequence[str] = _OURS) -> Iterator[None]:
    """Write the messages of these loggers to a file while the block runs.

    Runs side by side in one process have logs of their own: tasks and worker threads inherit whose they are.

    Raises:
        OutputError: If it cannot be written.
    """
    refuse_link(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _File(path, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}): choose another folder with -o") from error
    handler.setFormatter(_Lines())
    handler.addFilter(_OfThisRun(path))
    roots = [logging.getLogger(name) for name in of]
    for root in roots:
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        root.propagate = False
    token = _current.set(path)
    try:
        yield
    finally:
        _current.reset(token)
        for root in roots:
            root.removeHandler(handler)
        handler.close()


def log_event(event: Event) -> None:
    """Log an event; of a result, what fits on one line."""
    if isinstance(event, OrderFinished):
        result = event.result
        fact = {
            "worker": event.worker,
            "order": result.number.shown,
            "outcome": result.outcome,
            "found": result.found,
            "saved": len(result.saved),
            "seconds": round(result.seconds, 3),
            "error": result.error,
        }
    else:
        fact = asdict(event)
    _log.info(type(event).__name__, extra={"fact": fact})
