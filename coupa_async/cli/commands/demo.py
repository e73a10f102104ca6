"""``demo``: a run on the recorded site with a sample workbook. The first thing that a newcomer sees."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from anyio import to_thread
from pydantic import Field
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.earlier_run import check_demo_folder
from coupa_async.cli.commands.run import Run, run
from coupa_async.cli.language import _
from coupa_async.evaluation.recorded_site import recorded_site, state_beside, write_sample


class Demo(Settings):
    """Run on the recorded site with a sample workbook: no tenant needed."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async demo")
    tells_notes: ClassVar[bool] = True
    # The site and its workbook are what they are: what a tenant's need would only be in the way.
    unused: ClassVar[frozenset[str]] = frozenset(
        {
            *("base_url", "login_url", "username", "password", "sign_in_origins", "storage_state", "interactive"),
            *("client_id", "client_secret", "scopes", "token_rest_s"),
            *("edge_profile_dir", "edge_profile_name", "playwright_ws", "selenium_url", "client_cert", "client_key"),
            *("allowed_hosts", "sheet", "po_column", "id_column", "order_path", "group_column", "skip_unseen_groups"),
        }
    )

    output_dir: Path = Field(Path("demo-out"), description="where everything goes")
    headed: bool = Field(False, description="show the browsers")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    open_: bool = Field(False, alias="open", description="show the output folder and the report at the end")


async def demo(settings: Demo) -> int:
    """Start the site, write its workbook, run, and end the site.

    Returns:
        The exit code of ``run``: 1, for the sample has orders that fail on purpose.

    Raises:
        OutputError: If the folder has a tenant's orders.
    """
    await to_thread.run_sync(check_demo_folder, settings.output_dir.resolve())
    sample = settings.output_dir / "input" / "sample.xlsx"
    await write_sample(sample)
    async with recorded_site() as site:
        where = _("the recorded site is at %(address)s") % {"address": site.base_url}
        Console(stderr=True).print(where, highlight=False)
        own = {"input": sample, "storage_state": state_beside(sample), "fresh": True, "no_input": True}
        given = settings.model_dump(exclude=set(Demo.unused))
        return await run(
            Run.model_construct(**(given | site.settings_of(settings.lane) | own)), is_demo=True, notes=settings.notes
        )
