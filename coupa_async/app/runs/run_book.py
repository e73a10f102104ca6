"""The runs of this user that are known: which output folders, under which names. Their files are never touched here."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from coupa_async.app.configuration.user_folders import data_dir
from coupa_async.domain.errors import OutputError
from coupa_async.domain.events import Event, RunStarted
from coupa_async.ports import Observer
from coupa_async.runtime.disk_errors import private
from coupa_async.runtime.temporary_files import staged
from coupa_async.services.files.lock import locked

_ID = re.compile(r"[0-9a-f]{16}")
# Long enough for whoever else writes, for that takes milliseconds.
_WAIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRun:
    """An output folder that orders were run into.

    Attributes:
        id: What addresses name it by; never a path.
        begun_at: ISO 8601.
        sheet: The id of the spreadsheet that was given to the page for it; empty for any other.
    """

    id: str
    name: str
    folder: str
    begun_at: str
    sheet: str = ""

    @property
    def root(self) -> Path:
        """The output folder."""
        return Path(self.folder)


class RunBook:
    """The known runs, in a file of the user's. Blocking."""

    def __init__(self, path: Path) -> None:
        """Open it; the file is made with the first run."""
        self._path = path

    def all(self) -> Sequence[KnownRun]:
        """Return them, the latest first; none if the file is no book of runs.

        Raises:
            OutputError: If the file cannot be read.
        """
        return self._read() or ()

    def find(self, run_id: str) -> KnownRun | None:
        """Return a run; ``None`` if there is none of that id.

        Raises:
            OutputError: If the file cannot be read.
        """
        return next((run for run in self.all() if run.id == run_id), None) if _ID.fullmatch(run_id) else None

    def note(self, name: str, folder: Path, now: datetime, sheet: str = "") -> KnownRun:
        """Note that a run begins in a folder. A folder that is known keeps its id and name.

        Args:
            name: What lists show.
            folder: The output folder.
            now: When that is.
            sheet: The id of the spreadsheet, if one was given to the page now.

        Raises:
            OutputError: If the file cannot be read or written.
        """
        with self._held() as runs:
            known = next((run for run in runs if run.folder == str(folder)), None)
            run = KnownRun(
                id=known.id if known else secrets.token_hex(8),
                name=known.name if known else name,
                folder=str(folder),
                begun_at=now.isoformat(timespec="seconds"),
                sheet=sheet or (known.sheet if known else ""),
            )
            self._write([run, *(other for other in runs if other.id != run.id)])
        return run

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name.

        Raises:
            OutputError: If the file cannot be read or written.
        """
        with self._held() as runs:
            self._write([replace(run, name=name) if run.id == run_id else run for run in runs])

    def forget(self, run_id: str) -> None:
        """Drop a run from the list. Its files stay.

        Raises:
            OutputError: If the file cannot be read or written.
        """
        with self._held() as runs:
            self._write([run for run in runs if run.id != run_id])

    @contextmanager
    def _held(self) -> Iterator[Sequence[KnownRun]]:
        """Keep other runs that begin now from writing what this one is about to; gives what is there."""
        busy = OutputError(f"{self._path}: another coupa-async holds it: end that")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._path.with_suffix(".lock"), busy, wait_s=_WAIT_S):
                runs = self._read()
                if runs is None:  # somebody may still want to know what it was
                    self._path.replace(self._path.with_suffix(".broken"))
                yield runs or ()
        except OSError as error:
            raise self._trouble("written", error) from error

    def _read(self) -> Sequence[KnownRun] | None:
        """Return the runs, the latest first; ``None`` if the file is no book of runs."""
        try:
            found = [KnownRun(**item) for item in json.loads(self._path.read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._trouble("read", error) from error
        except (ValueError, TypeError):
            return None
        return sorted(found, key=lambda run: run.begun_at, reverse=True)

    def _trouble(self, verb: str, error: OSError) -> OutputError:
        why = error.strerror or error
        return OutputError(f"{self._path}: the list of runs cannot be {verb} ({why}): close what holds it, free space")

    def _write(self, runs: Sequence[KnownRun]) -> None:
        with staged(self._path) as part:
            with open(part, "xb", opener=private) as file:
                file.write(json.dumps([asdict(run) for run in runs], indent=1, ensure_ascii=False).encode())
            part.replace(self._path)


def run_book() -> RunBook:
    """Return the user's book of runs, which every door of the program writes."""
    return RunBook(data_dir() / "app" / "runs.json")


def noting(name: str, folder: Path) -> Observer:
    """Make an observer that notes a run once it has begun. What keeps it from that is in the log, and stops nothing."""

    def note(event: Event, /) -> None:
        if isinstance(event, RunStarted):
            run_book().note(name, folder, datetime.now())

    return note
