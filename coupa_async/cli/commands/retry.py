"""``retry``: retries the failed and open orders of an output folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from anyio import to_thread
from pydantic import Field, PrivateAttr, field_validator
from pydantic_settings import CliPositionalArg, CliSettingsSource, NoDecode, SettingsConfigDict

from coupa_async.app.configuration.setting_values import split_words
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.earlier_run import AS_BEFORE, earlier_run
from coupa_async.cli.command import parse
from coupa_async.cli.commands.demo import Demo
from coupa_async.cli.commands.run import Run, run
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.selection import UNFINISHED, Selection
from coupa_async.evaluation.recorded_site import recorded_site, state_beside


class Retry(Settings):
    """Run the orders of an output folder again that did not come out well, and those still open."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async retry")
    tells_notes: ClassVar[bool] = True
    unused: ClassVar[frozenset[str]] = frozenset({"output_dir"})
    seldom: ClassVar[frozenset[str]] = frozenset(AS_BEFORE)

    dir: CliPositionalArg[Path] = Field(description="the output folder of a run")
    outcome: Annotated[tuple[Outcome, ...], NoDecode] = Field(
        (), description="orders with these outcomes, such as PO_NOT_FOUND; default: FAILED,PARTIAL,TIMEOUT,PENDING"
    )
    input: Path | None = Field(None, description="the spreadsheet, if it is no longer where it was")
    headed: bool = Field(False, description="show the browsers")
    no_input: bool = Field(False, description="never ask a person")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    quiet: bool = Field(False, description="no progress")
    open_: bool = Field(False, alias="open", description="show the output folder and the report at the end")
    _typed: frozenset[str] = PrivateAttr(frozenset())

    @field_validator("outcome", mode="before")
    @classmethod
    def _are_outcomes(cls, value: object) -> object:
        return split_words(value.upper() if isinstance(value, str) else value)


def read(words: list[str]) -> Retry:
    """Read the command, and note what was typed: only that changes what the folder's latest run was told.

    Raises:
        SettingsError: One line that names the setting.
    """
    settings = parse(Retry, words)
    settings._typed = frozenset(CliSettingsSource(Retry, cli_parse_args=words)())
    return settings


async def retry(settings: Retry) -> int:
    """Run these orders again.

    Returns:
        The exit code of ``run``.

    Raises:
        InputError: If the folder has no journal, or its spreadsheet cannot be found.
    """
    earlier = await to_thread.run_sync(earlier_run, settings.dir.resolve())
    given = {name: getattr(settings, name) for name in settings.model_fields_set if name in Run.model_fields}
    values = earlier.values(given, settings._typed)
    selection = Selection(due=frozenset(settings.outcome) or UNFINISHED)
    if not earlier.is_demo:
        return await run(Run.read(**values), selection, notes=settings.notes)
    async with recorded_site() as site:  # the one of then has ended with its demo
        plain = {name: Run.model_fields[name].get_default() for name in Demo.unused}
        own = {"storage_state": state_beside(Path(str(values["input"]))), "no_input": True}
        return await run(
            Run.read(**(plain | values | site.settings_of(settings.lane) | own)),
            selection,
            is_demo=True,
            notes=settings.notes,
        )
