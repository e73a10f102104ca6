"""Spreadsheets that were given to the page, each in a folder of its own, with what was chosen for them."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from anyio import CapacityLimiter, to_thread

from coupa_async.domain.errors import WorklistError
from coupa_async.domain.files.naming import fold, safe_name
from coupa_async.domain.selection import split_orders
from coupa_async.runtime.temporary_files import staged

_ID = re.compile(r"[0-9a-f]{16}")
_KEPT = 40
_CHOICE = "choice.json"
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A spreadsheet that was given to the page.

    Attributes:
        id: What addresses name it by; never a path.
        path: Our copy of it, under its own name.
        choice: What was chosen for it: settings by their names.
    """

    id: str
    path: Path
    choice: Mapping[str, str]


class SheetStore:
    """The spreadsheets. Blocking, but for what says otherwise by being asynchronous."""

    def __init__(self, root: Path) -> None:
        """Take a folder; it is made with the first spreadsheet."""
        self._root = root
        self._turn = CapacityLimiter(1)

    def place(self, name: str) -> tuple[str, Path]:
        """Choose where a spreadsheet of that name is written.

        Returns:
            Its id and its path, in a new folder.

        Raises:
            WorklistError: If it is none by its name.
        """
        own = safe_name(re.split(r"[/\\]", name)[-1], fallback="orders")
        if Path(own).suffix.lower() not in SUFFIXES:
            raise WorklistError(f"{own}: is not one of {', '.join(SUFFIXES)}: save it as .xlsx")
        self._forget_old()
        sheet_id = secrets.token_hex(8)
        folder = self._root / sheet_id
        folder.mkdir(mode=0o700, parents=True)
        return sheet_id, folder / own

    def remove(self, sheet_id: str) -> None:
        """Remove one."""
        if _ID.fullmatch(sheet_id):
            shutil.rmtree(self._root / sheet_id, ignore_errors=True)

    def keep_pasted(self, text: str, now: datetime) -> str:
        """Keep a pasted list of order numbers as a text file with one column. Returns its id."""
        sheet_id, path = self.place(f"orders {now:%Y-%m-%d %H%M}.csv")
        numbers = (number for line in text.splitlines() for number in split_orders(line.replace("\t", ",")))
        lines = ["PO_NUMBER", *('"{}"'.format(number.replace('"', '""')) for number in numbers)]
        path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8-sig", newline="")
        return sheet_id

    def find(self, sheet_id: str) -> Sheet | None:
        """Return a spreadsheet; ``None`` if there is none of that id."""
        folder = self._root / sheet_id
        if not _ID.fullmatch(sheet_id) or not folder.is_dir():
            return None
        path = next((item for item in sorted(folder.iterdir()) if item.suffix.lower() in SUFFIXES), None)
        if path is None:
            return None
        return Sheet(id=sheet_id, path=path, choice=_read(folder / _CHOICE) or self._remembered(path))

    async def choose(self, sheet: Sheet, choice: Mapping[str, str]) -> None:
        """Keep what was chosen for a spreadsheet, and for later ones of its name. One choice after another."""
        await to_thread.run_sync(self._choose, sheet, choice, limiter=self._turn)

    def _choose(self, sheet: Sheet, choice: Mapping[str, str]) -> None:
        _write(sheet.path.with_name(_CHOICE), choice)
        known = _read(self._root / _CHOICE)
        _write(self._root / _CHOICE, dict([*known.items(), (fold(sheet.path.name), json.dumps(choice))][-500:]))

    def _remembered(self, path: Path) -> dict[str, str]:
        text = _read(self._root / _CHOICE).get(fold(path.name))
        return {str(name): str(value) for name, value in json.loads(text).items()} if text else {}

    def _forget_old(self) -> None:
        """Remove the oldest: a run has a copy of its own."""
        if self._root.is_dir():
            known = sorted(
                (item for item in self._root.iterdir() if item.is_dir()), key=lambda item: item.stat().st_mtime
            )
            for folder in known[: -_KEPT + 1]:
                shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with staged(path) as part:
        part.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        part.replace(path)
