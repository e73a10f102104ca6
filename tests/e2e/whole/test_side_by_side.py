"""Two runs in one process, as a page that starts runs has them: each with its own log, journal and outcome."""

from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.runs.run_orders import run_orders
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.events import Event, OrderFinished
from coupa_async.domain.selection import Selection
from tests.e2e.conftest import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
ORDERS = {"first": ["PO15262984", "PO15262985"], "second": ["PO15262988", "PO15262986"]}


async def test_two_runs_side_by_side_know_nothing_of_each_other(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    summaries: dict[str, Summary] = {}
    finished: dict[str, list[str]] = {name: [] for name in ORDERS}

    async def run(name: str) -> None:
        sheet = tmp_path / f"{name}.csv"
        sheet.write_text("\n".join(["PO_NUMBER", *ORDERS[name]]), encoding="utf-8")
        settings = Settings.read(
            base_url=site.where["base_url"],
            username=site.where["username"],
            password=SecretStr(site.where["password"]),
            storage_state=tmp_path / f"{name}.json",
            output_dir=tmp_path / name,
        )

        def notify(event: Event, /) -> None:
            if isinstance(event, OrderFinished):
                finished[name].append(event.result.number.shown)

        request = RunRequest(settings=settings, input=sheet, selection=Selection())
        summaries[name] = await run_orders(request, [notify])

    async with anyio.create_task_group() as tasks:
        for name in ORDERS:
            tasks.start_soon(run, name)
    for name, orders in ORDERS.items():
        assert sorted(finished[name]) == sorted(orders)
        assert summaries[name].outcomes.total() == 2
        log = (tmp_path / name / "run.log").read_text(encoding="utf-8").splitlines()
        logged = {json.loads(line).get("order") for line in log} - {None}
        assert logged == set(orders)
