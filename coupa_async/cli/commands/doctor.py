"""``doctor``: whether a run can start, as a checklist."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.diagnose import diagnose
from coupa_async.cli.display.findings import show_findings
from coupa_async.cli.language import _


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
    console = Console(stderr=True)
    show_findings(found.findings, console)
    verdict = {0: _("a run can start"), 3: _("a run can start once you are signed in")}
    console.print(verdict.get(code, _("a run cannot start yet")), highlight=False)
    if settings.json_:
        told = {"findings": [asdict(finding) for finding in found.findings], "exit_code": code}
        print(json.dumps(told), flush=True)  # noqa: T201 - the line that scripts read
    return code
