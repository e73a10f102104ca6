"""``run``: collects the orders of a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

from anyio import to_thread
from pydantic import Field, field_validator
from pydantic_settings import CliPositionalArg, NoDecode, SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.open_run import RunRequest, read_orders
from coupa_async.app.runs.run_book import noting
from coupa_async.app.runs.run_orders import run_orders
from coupa_async.cli.commands.dry_run import dry_run
from coupa_async.cli.display.farewell import call_back, open_results
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.display.progress import progress
from coupa_async.cli.display.summary import show_summary
from coupa_async.cli.language import _, spoken
from coupa_async.cli.prompts import ask_for_input, ask_for_messages, is_person_there
from coupa_async.domain.errors import BadOrderNumberError, SettingsError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.selection import EVERYTHING, Selection, split_orders
from coupa_async.services.languages.user_language import user_language
from coupa_async.services.spreadsheet.template import write_template


class Run(Settings):
    """Collect the attachments of the orders in a spreadsheet; resumes what an earlier run left."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async run")
    tells_notes: ClassVar[bool] = True

    input: CliPositionalArg[Path | None] = Field(
        None, description="the spreadsheet: .xlsx, .xlsm, .csv or .tsv; .xls, .xlsb and .ods are only read"
    )
    fresh: bool = Field(False, description="run every order again, whatever came of it before")
    headed: bool = Field(False, description="show the browsers")
    only: Annotated[tuple[str, ...], NoDecode] = Field((), description="these orders of the spreadsheet alone: PO1,PO2")
    limit: int | None = Field(None, ge=1, description="so many orders at most, the first ones")
    template: bool = Field(False, description="write a spreadsheet to begin with (INPUT, else orders.xlsx) and end")
    dry_run: bool = Field(False, description="say what would be done and where; asks and writes nothing")
    in_place: bool = Field(False, description="fill in the spreadsheet itself, after a backup beside it")
    no_input: bool = Field(False, description="never ask a person")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    quiet: bool = Field(False, description="no progress")
    open_: bool = Field(False, alias="open", description="show the output folder and the report at the end")

    @field_validator("only", mode="before")
    @classmethod
    def _are_orders(cls, value: object) -> object:
        return split_orders(value) if isinstance(value, str) else value

    def selection(self) -> Selection:
        """Return which orders are due.

        Raises:
            SettingsError: If ``--only`` has something that is no order number.
        """
        try:
            only = frozenset(OrderNumber.parse(item).key for item in self.only)
        except BadOrderNumberError as error:
            raise SettingsError(f"--only: {error}") from error
        return Selection(due=EVERYTHING if self.fresh else frozenset({Outcome.PENDING}), only=only, limit=self.limit)


async def run(
    settings: Run, selection: Selection | None = None, *, is_demo: bool = False, notes: Sequence[str] = ()
) -> int:
    """Run the orders of a spreadsheet and show the summary.

    Args:
        settings: The command's settings.
        selection: Which orders are due; ``None`` for what the settings say.
        is_demo: Whether the tenant is the recorded site.
        notes: What the person should know besides of how the settings were read.

    Returns:
        The exit code: ``docs/reference/outcomes.md``, "Exit codes".

    Raises:
        InputError: Before anything is written and before the tenant is asked for anything.
    """
    if settings.template:
        return await _begin_with(settings.input or Path("orders.xlsx"))
    selection = selection or settings.selection()
    if not settings.dry_run:
        settings.tenant()
    path, answers = ask_for_input(settings, settings.input)
    answers |= {} if settings.dry_run else ask_for_messages(settings)
    answers |= {} if spoken() == "en" else {"language": spoken()}
    request = RunRequest(
        settings=settings.model_copy(update=answers | {"headless": settings.headless and not settings.headed}),
        input=path.absolute(),  # for a retry from any other folder
        selection=selection,
        in_place=settings.in_place,
        is_demo=is_demo,
        may_ask=is_person_there(settings),
        notes=tuple(dict.fromkeys((*settings.notes, *notes))),
    )
    if settings.dry_run:
        return dry_run(request, await to_thread.run_sync(read_orders, request), as_json=settings.json_)
    console = Console(stderr=True)
    with progress(console, quiet=settings.quiet) as display:
        begun = noting(request.input.name, request.settings.output_dir.resolve())
        summary = await run_orders(request, [display, begun])
    show_summary(summary, console)
    if settings.notify:
        await call_back(summary, console)
    if settings.open_:
        await open_results(summary, console)
    if settings.json_:
        print(summary.to_json(), flush=True)  # noqa: T201 - the line that scripts read
    return summary.exit_code


async def _begin_with(path: Path) -> int:
    await to_thread.run_sync(write_template, path, user_language())
    text = _('%(file)s: put your order numbers in the place of the examples, then: coupa-async run "%(file)s"')
    print_text(Console(stderr=True), text % {"file": path})
    return 0
