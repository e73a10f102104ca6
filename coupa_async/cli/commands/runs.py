"""``runs``: the output folders of earlier runs, and how to go on with one without its path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from anyio import to_thread
from pydantic import Field, PrivateAttr
from pydantic_settings import CliPositionalArg, SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.settings import LANGUAGE, Language
from coupa_async.app.runs.output_folder import folder_status
from coupa_async.app.runs.run_book import KnownRun, run_book
from coupa_async.app.runs.summary import Summary
from coupa_async.cli.command import parse
from coupa_async.cli.commands import report, retry
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.language import _, message
from coupa_async.domain.errors import CoupaError, InputError, SettingsError
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.counts import counted
from coupa_async.services.records.status import RunStatus

_SHOWN = 20


class Runs(Command):
    """Show the output folders of earlier runs, the latest first; resume N goes on with one, report N shows it."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async runs")

    action: CliPositionalArg[Literal["show", "resume", "report"]] = Field(
        "show", description="what to do; default: show. What follows N is as for retry and report"
    )
    number: CliPositionalArg[int | None] = Field(None, description="N: the folder's number in the list")
    language: Language | None = Field(None, description=LANGUAGE)
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    _instead: retry.Retry | report.Report | None = PrivateAttr(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """A folder of the list; ``error`` is why it cannot be read."""

    known: KnownRun
    summary: Summary = field(default_factory=Summary)
    status: RunStatus | None = None
    error: str = ""


def read(words: list[str]) -> Runs:
    """Read the command. ``resume`` and ``report`` read what follows the number as those commands do.

    Raises:
        SettingsError: One line that names the setting.
        InputError: If the list has no such number.
    """
    if words[:1] not in (["resume"], ["report"]) or not {"-h", "--help"}.isdisjoint(words):
        settings = parse(Runs, words)
        if settings.number is not None:
            raise SettingsError(f"{settings.number}: say what to do with it: coupa-async runs resume, or report")
        return settings
    action, number, rest = words[0], "".join(words[1:2]), words[2:]
    folder = str(_numbered(number).folder)
    settings = parse(Runs, [action, number])
    settings._instead = retry.read([folder, *rest]) if action == "resume" else parse(report.Report, [folder, *rest])
    return settings


async def runs(settings: Runs) -> int:
    """Show the list, or do what was asked with a folder of it.

    Returns:
        0 for the list; else what ``retry`` or ``report`` returns.

    Raises:
        InputError: If the folder is gone.
    """
    if isinstance(settings._instead, retry.Retry):
        return await retry.retry(settings._instead)
    if settings._instead is not None:
        return await report.report(settings._instead)
    earlier = await to_thread.run_sync(_list)
    if settings.json_:
        told = [_as_json(number, item) for number, item in enumerate(earlier, start=1)]
        print(json.dumps({"runs": told}), flush=True)  # noqa: T201 - the line that scripts read
    else:
        _show(earlier, Console())
    return 0


def _numbered(text: str) -> KnownRun:
    known = run_book().all()
    if not text.isdecimal() or not 1 <= int(text) <= len(known):
        raise InputError(f"{text or 'no number'!r}: coupa-async runs shows the numbers of {counted(len(known), 'run')}")
    return known[int(text) - 1]


def _list() -> list[_Earlier]:
    return [_look(known) for known in run_book().all()]


def _look(known: KnownRun) -> _Earlier:
    try:
        summary, status = folder_status(known.root)
    except CoupaError as error:
        return _Earlier(known=known, error=str(error) if known.root.is_dir() else _("the folder is gone"))
    return _Earlier(known=known, summary=summary, status=status)


def _show(earlier: Sequence[_Earlier], console: Console) -> None:
    for number, item in enumerate(earlier[:_SHOWN], start=1):
        at = datetime.fromisoformat(item.known.begun_at)
        name = item.summary.input.name if item.summary.input else item.known.name
        print_text(console, f"{number:>3}  {at:%Y-%m-%d %H:%M}  {name}{_state(item)}", indent=5)
        print_text(console, f"     {message(item.error) or _counts(item.summary)}", style="dim", indent=5)
        print_text(console, f"     {item.known.folder}", style="dim", indent=5)
    if len(earlier) > _SHOWN:
        print_text(console, _("and %(num)s more: --json has them all") % {"num": len(earlier) - _SHOWN}, style="dim")
    hint = _("coupa-async runs resume N goes on with one; coupa-async runs report N --open shows it")
    none = _("no run so far: coupa-async run orders.xlsx, or coupa-async demo")
    print_text(console, as_typed(hint if earlier else none))


def _counts(summary: Summary) -> str:
    counts = (f"{outcome.value} {summary.outcomes[outcome]:,}" for outcome in Outcome if summary.outcomes[outcome])
    return ", ".join(counts) or _("no orders")


def _state(item: _Earlier) -> str:
    told = [_("demo")] if item.summary.is_demo else []
    if item.summary.is_at_work:
        told.append(_("at work now"))
    elif item.status is not None and item.status.started_at is not None and item.status.ended_at is None:
        told.append(_("killed before its end"))
    return f"  ({', '.join(told)})" if told else ""


def _as_json(number: int, item: _Earlier) -> dict[str, object]:
    summary = item.summary
    return {
        "number": number,
        "folder": item.known.folder,
        "begun_at": item.known.begun_at,
        "input": str(summary.input) if summary.input else None,
        "outcomes": {outcome.value: summary.outcomes[outcome] for outcome in Outcome if summary.outcomes[outcome]},
        "at_work": summary.is_at_work,
        "error": item.error or None,
    }
