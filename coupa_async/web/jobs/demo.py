"""A run on the recorded site, so that a newcomer sees all of it without a tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.runs.run_orders import run_orders
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.selection import EVERYTHING, Selection
from coupa_async.evaluation.recorded_site import recorded_site, state_beside, write_sample
from coupa_async.ports import Observer
from coupa_async.web.jobs.runner import Work
from coupa_async.web.jobs.stop_switch import StopSwitch


def demo(folder: Path, language: str) -> Work:
    """Return the work of running the sample into a folder, with a report in a language."""
    sample = folder / "input" / "sample.xlsx"

    async def work(switch: StopSwitch, observers: Sequence[Observer]) -> Summary:
        await write_sample(sample)
        return await _run(sample, folder, {"language": language}, Selection(due=EVERYTHING), switch, observers)

    return work


def demo_again(
    folder: Path,
    values: Mapping[str, object],
    selection: Selection,
    corrected: Mapping[str, OrderNumber] = MappingProxyType({}),
) -> Work:
    """Return the work of running some of its orders again, on a site that is started anew.

    Args:
        folder: Its output folder.
        values: The settings of its latest run, with its spreadsheet as ``input``.
        selection: Which orders.
        corrected: Numbers to take in place of those of the spreadsheet.
    """

    async def work(switch: StopSwitch, observers: Sequence[Observer]) -> Summary:
        return await _run(Path(str(values["input"])), folder, values, selection, switch, observers, corrected)

    return work


async def _run(
    sample: Path,
    folder: Path,
    settings: Mapping[str, object],
    selection: Selection,
    switch: StopSwitch,
    observers: Sequence[Observer],
    corrected: Mapping[str, OrderNumber] = MappingProxyType({}),
) -> Summary:
    async with recorded_site() as site:
        own: dict[str, object] = {"output_dir": folder, "storage_state": state_beside(sample)}
        request = RunRequest(
            settings=Settings.read(**{**settings, **site.settings, **own}),
            input=sample,
            selection=selection,
            is_demo=True,
            corrected=corrected,
            signals=switch.open,
        )
        return await run_orders(request, observers)
