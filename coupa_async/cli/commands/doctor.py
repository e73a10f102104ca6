"""``doctor``: whether a run can start, as a checklist."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from rich.console import Console
from rich.markup import escape

from coupa_async.app.diagnose import diagnose
from coupa_async.app.settings import Settings
from coupa_async.cli.display.fitting import wrapped
from coupa_async.cli.invocation import as_typed
from coupa_async.services.diagnostics.checks import Finding, Severity

_SIGNS = {Severity.GOOD: "[green]✔[/]", Severity.NOTE: "[yellow]![/]", Severity.BAD: "[red]✘[/]"}
# Findings with a name that scripts know, and that people do not.
_NAMES = {"tenant": "Coupa"}
_PLAIN_SIGNS = {Severity.GOOD: "ok", Severity.NOTE: "! ", Severity.BAD: "x "}


class Doctor(Settings):
    """See whether a run can start, and what to do if not."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async doctor")
    tells_notes: ClassVar[bool] = True

    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")


async def doctor(settings: Doctor) -> int:
    """Check the set-up.

    Returns:
        0 if a run can start; 3 if all that it lacks is a sign-in; else 2.
    """
    found = await diagnose(settings)
    code = found.exit_code
    _show(found.findings, code)
    if settings.json_:
        told = {"findings": [asdict(finding) for finding in found.findings], "exit_code": code}
        print(json.dumps(told), flush=True)  # noqa: T201 - the line that scripts read
    return code


def _show(findings: Sequence[Finding], code: int) -> None:
    console = Console(stderr=True)
    signs = _PLAIN_SIGNS if console.options.ascii_only else _SIGNS
    arrow = "->" if console.options.ascii_only else "→"
    names = [_NAMES.get(finding.name, finding.name) for finding in findings]
    width = max(map(len, names))
    for name, finding in zip(names, findings, strict=True):
        cure = f"  {arrow} {as_typed(finding.cure)}" if finding.cure else ""
        line = f"{name:<{width}}  {as_typed(finding.text)}{cure}"
        shown = wrapped(line, console.width - 2, indent=width + 2) if console.is_terminal else line
        shown = shown.replace("\n", "\n  ")
        console.print(f"{signs[finding.mark]} {escape(shown)}", highlight=False, soft_wrap=True)
    verdict = {0: "a run can start", 3: "a run can start once you are signed in"}
    console.print(verdict.get(code, "a run cannot start yet"), highlight=False)
