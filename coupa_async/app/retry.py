"""What a retry of an output folder takes over from the run that it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coupa_async.app.output_folder import opened
from coupa_async.domain.errors import InputError

# What decides of names and places is as it was; how fast, and through which browser, is for this run to say.
_AS_BEFORE = (
    "base_url",
    "login_url",
    "po_column",
    "folder_columns",
    "id_column",
    "order_path",
    "group_column",
    "visible_only",
    "encoding",
    "requisition",
    "empty_folders",
    "msg_pdf",
    "in_place",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """The latest run of an output folder, as far as another run follows it.

    Attributes:
        root: The folder.
        input: Its spreadsheet.
        settings: Those of its settings that decide of names and places.
        is_demo: Whether its tenant was the recorded site, which has to be started again.
    """

    root: Path
    input: Path
    settings: Mapping[str, object]
    is_demo: bool


def earlier_run(folder: Path, given: Path | None = None) -> EarlierRun:
    """Read what a retry needs to know. Blocking.

    Args:
        folder: The output folder.
        given: The spreadsheet, if it is no longer where it was.

    Raises:
        InputError: If the folder has no journal, or its spreadsheet cannot be found.
    """
    root = folder.resolve()
    with opened(root) as (_, history):
        runs = history.runs()
    before = runs[-1].settings if runs else {}
    path = given or Path(str(before.get("input", "")))
    if not path.is_file():
        raise InputError(f"{root}: its spreadsheet is not where it was ({path}): name it with --input")
    as_before = {name: before[name] for name in _AS_BEFORE if name in before}
    return EarlierRun(root=root, input=path.absolute(), settings=as_before, is_demo=bool(before.get("is_demo")))
