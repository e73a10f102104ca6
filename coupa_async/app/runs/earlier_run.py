"""What an output folder knows of its latest run: what a retry repeats, and whose orders it has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coupa_async.app.runs.output_folder import opened
from coupa_async.domain.errors import InputError, OutputError
from coupa_async.domain.order import OrderNumber
from coupa_async.services.records.corrections import Corrections
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal

# What decides of names and places is as it was; how fast, and through which browser, is for the new run to say.
AS_BEFORE = (
    "base_url",
    "login_url",
    "sheet",
    "po_column",
    "folder_columns",
    "id_column",
    "order_path",
    "group_column",
    "visible_only",
    "encoding",
    "data",
    "lines",
    "order_pdf",
    "paper",
    "types",
    "names",
    "intent",
    "files_from",
    "requisition",
    "empty_folders",
    "msg_pdf",
    "in_place",
)

# Of these, what may be left open, and is then not in the history.
_OPEN = (
    "login_url",
    "sheet",
    "po_column",
    "folder_columns",
    "id_column",
    "group_column",
    "encoding",
    "msg_pdf",
    "intent",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """The latest run of an output folder.

    Attributes:
        folder: The output folder.
        input: Its spreadsheet, which may be gone.
        settings: As the history shows them.
        is_demo: Whether its tenant was the recorded site, which has ended with it.
    """

    folder: Path
    input: Path
    settings: Mapping[str, object] = field(default_factory=dict)
    is_demo: bool = False

    def values(self, given: Mapping[str, object], typed: Collection[str]) -> dict[str, object]:
        """Return the settings of a run that goes on with it.

        What decides of names and places is as it was, also where it was left open then: a variable that was set since,
        for another tenant or another sheet, changes nothing of this folder. A flag does.

        Args:
            given: What the user says now.
            typed: Which of it are flags.

        Raises:
            InputError: If the spreadsheet is not there.
        """
        path = Path(str(given.get("input") or self.input))
        if not path.is_file():
            raise InputError(f"{self.folder}: its spreadsheet is not where it was ({path}): name it with --input")
        before = {name: self.settings.get(name) for name in AS_BEFORE if self._is_known(name)}
        now = {name: value for name, value in given.items() if name in typed or name not in before}
        return before | now | {"input": path.absolute(), "output_dir": self.folder}

    def _is_known(self, name: str) -> bool:
        """Return whether the history says how a setting was; what is left open there says so by its absence."""
        return bool(self.settings) and (name in self.settings or name in _OPEN)


def earlier_run(folder: Path) -> EarlierRun:
    """Read what an output folder knows of its latest run. Blocking.

    Raises:
        InputError: If it has no journal.
    """
    with opened(folder) as (_, history):
        runs = history.runs()
    settings = runs[-1].settings if runs else {}
    return EarlierRun(
        folder=folder,
        input=Path(str(settings.get("input", ""))),
        settings=settings,
        is_demo=bool(settings.get("is_demo")),
    )


def written_columns(path: Path, folder: Path) -> frozenset[str] | None:
    """Return the headers of the columns that the runs of an output folder have filled in a spreadsheet. Blocking.

    Args:
        path: The spreadsheet, as it is given to a run now: the user's own, or the copy in the folder.
        folder: The output folder.

    Returns:
        ``None`` if none of them is known to have filled it in: then what stands in it tells.

    Raises:
        OutputError: If the folder's journal cannot be read.
    """
    if not (folder / FILE_NAME).is_file():
        return None
    with opened(folder) as (_, history):
        runs = [run.settings for run in history.runs() if _is_filled(path, folder, run.settings)]
    columns = [settings.get("columns") for settings in runs]
    if not columns or not all(isinstance(names, list) for names in columns):  # an older version did not note them
        return None
    return frozenset(str(name) for names in columns if isinstance(names, list) for name in names)


def kept_corrections(folder: Path) -> Mapping[str, OrderNumber]:
    """Return the numbers that were corrected in an output folder, by the keys of those in the spreadsheet. Blocking.

    Raises:
        OutputError: If the folder's journal cannot be read.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    with Journal(path), Corrections(path) as corrections:
        return corrections.kept()


def _is_filled(path: Path, folder: Path, settings: Mapping[str, object]) -> bool:
    target = settings.get("input") if settings.get("in_place") else folder / str(settings.get("workbook") or "")
    try:
        return path.samefile(str(target))
    except OSError:
        return False


def check_demo_folder(folder: Path) -> None:
    """See before anything is written whether a demo may go into a folder. Blocking.

    Raises:
        OutputError: If it has a tenant's orders, or its journal cannot be read.
    """
    if (folder / FILE_NAME).is_file():
        with opened(folder) as (_, history):
            refuse_mixing(folder, history, is_demo=True)


def refuse_mixing(folder: Path, history: History, *, is_demo: bool) -> None:
    """Keep a demo's orders and those of a tenant out of one folder. Blocking.

    Raises:
        OutputError: If the folder's latest run was of the other kind.
    """
    runs = history.runs()
    if not runs or bool(runs[-1].settings.get("is_demo")) == is_demo:
        return
    if is_demo:
        raise OutputError(f"{folder}: has orders of your Coupa, which a demo would mix with its own: choose another -o")
    raise OutputError(
        f"{folder}: has a demo's orders, which are not of your Coupa: choose another folder with -o "
        "(coupa-async retry goes on with the demo)"
    )
