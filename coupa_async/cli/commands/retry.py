"""``retry``: retries the failed and open orders of an output folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import CliPositionalArg, NoDecode, SettingsConfigDict

from coupa_async.app.output_folder import opened
from coupa_async.app.settings import Settings, split_list
from coupa_async.cli.commands.demo import state_beside
from coupa_async.cli.commands.run import Run, run
from coupa_async.domain.errors import InputError
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.selection import UNFINISHED, Selection
from coupa_async.evaluation.recorded_site import recorded_site

# What decides of names and places is as it was; how fast, and through which browser, is for this run to say.
_AS_BEFORE = (
    "base_url",
    "login_url",
    "po_column",
    "folder_columns",
    "id_column",
    "order_path",
    "group_column",
    "data",
    "types",
    "names",
    "intent",
    "files_from",
    "requisition",
    "empty_folders",
    "msg_pdf",
    "in_place",
)


class Retry(Settings):
    """Run the orders of an output folder again that did not come out well, and those still open."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async retry")

    dir: CliPositionalArg[Path] = Field(description="the output folder of a run")
    outcome: Annotated[tuple[Outcome, ...], NoDecode] = Field(
        (), description="orders with these outcomes; default: FAILED,PARTIAL,TIMEOUT,PENDING"
    )
    input: Path | None = Field(None, description="the spreadsheet, if it is no longer where it was")
    headed: bool = Field(False, description="show the browsers")
    no_input: bool = Field(False, description="never ask a person")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    quiet: bool = Field(False, description="no progress")

    @field_validator("outcome", mode="before")
    @classmethod
    def _are_outcomes(cls, value: object) -> object:
        return split_list(value.upper() if isinstance(value, str) else value)


async def retry(settings: Retry) -> int:
    """Run these orders again.

    Returns:
        The exit code of ``run``.

    Raises:
        InputError: If the folder has no journal, or its spreadsheet cannot be found.
    """
    root = settings.dir.resolve()
    before = _latest(root)
    path = settings.input or Path(str(before.get("input", "")))
    if not path.is_file():
        raise InputError(f"{root}: its spreadsheet is not where it was ({path}): name it with --input")
    as_before = {name: before[name] for name in _AS_BEFORE if name in before}
    given = {name: getattr(settings, name) for name in settings.model_fields_set if name in Run.model_fields}
    here = as_before | given | {"input": path.absolute(), "output_dir": root}
    selection = Selection(due=frozenset(settings.outcome) or UNFINISHED)
    if not before.get("is_demo"):
        return await run(Run.read(**here), selection)
    async with recorded_site() as site:  # the one of then has ended with its demo
        own = {"storage_state": state_beside(path), "no_input": True}
        return await run(Run.read(**(here | site.settings | own)), selection, is_demo=True)


def _latest(root: Path) -> Mapping[str, object]:
    """Return the settings of the folder's latest run."""
    with opened(root) as (_, history):
        runs = history.runs()
    return runs[-1].settings if runs else {}
