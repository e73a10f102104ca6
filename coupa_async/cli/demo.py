"""``demo``: the main job on the recorded site, with a sample workbook. The first thing that a newcomer sees."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import anyio
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.cli.run import Run, run
from coupa_async.cli.settings import Settings
from coupa_async.domain.errors import RunError
from coupa_async.scopes import cleanup


class Demo(Settings):
    """Run on the recorded site with a sample workbook: no tenant needed."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async demo")

    output_dir: Path = Field(Path("demo-out"), description="where everything goes")
    headed: bool = Field(False, description="show the browsers")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")


async def demo(settings: Demo) -> int:
    """Start the site, write its workbook, run on them, end the site.

    Returns:
        The exit code of ``run``: 1, for the sample has orders that fail on purpose.
    """
    settings.output_dir.mkdir(parents=True, exist_ok=True)
    sample = settings.output_dir / "input" / "sample.xlsx"
    sample.parent.mkdir(exist_ok=True)
    await anyio.run_process([sys.executable, "-m", "fixtures", "workbook", str(sample)])
    # The site ends with its stdin, so that it dies with us, however we die.
    async with await anyio.open_process(
        [sys.executable, "-m", "fixtures", "serve", "--until-eof"], stderr=None, start_new_session=True
    ) as site:
        try:
            assert site.stdout is not None  # noqa: S101 - a pipe, as asked for
            try:
                where = json.loads(await site.stdout.receive())
            except anyio.EndOfStream as error:
                raise RunError("the recorded site did not start") from error
            Console(stderr=True).print(f"the recorded site is at {where['base_url']}", highlight=False)
            site_settings = {
                "input": sample,
                "base_url": where["base_url"],
                "login_url": None,
                "username": where["username"],
                "password": SecretStr(where["password"]),
                "storage_state": sample.with_name("state.json"),
                "fresh": True,
            }
            return await run(Run.model_construct(**(settings.model_dump() | site_settings)))
        finally:
            site.terminate()
            await cleanup("the recorded site", site.wait, within_s=5)
