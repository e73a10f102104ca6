"""``compare``: the same orders through each backend and lane, on the recorded site with faults, or on the tenant."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import psutil
from anyio import to_thread
from pydantic import Field
from pydantic_settings import CliPositionalArg, SettingsConfigDict
from rich.console import Console

from coupa_async.app.compose import find_backend, recorded_backend
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.run_log import run_log
from coupa_async.cli.display.comparison import show
from coupa_async.domain.errors import SettingsError
from coupa_async.domain.totals.counts import counted
from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.disk_audit import read_expected_orders as as_truth
from coupa_async.evaluation.environment import RunSetupFactory
from coupa_async.evaluation.faults import DOUBLE, Pressure, applies_to, make_faults, named_faults, sign_in_mode
from coupa_async.evaluation.order_audit import ExpectedOrder
from coupa_async.evaluation.recorded_site import RecordedSite, read_expected_orders, recorded_site, write_sample
from coupa_async.evaluation.report.html import write_comparison
from coupa_async.evaluation.report.markdown import TITLE, report
from coupa_async.evaluation.runner import Compared, Fault, schedule
from coupa_async.evaluation.runner import compare as take_turns
from coupa_async.evaluation.trials import Arm, Trial
from coupa_async.ports import Backend
from coupa_async.services.files.own_file import write_own_text
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.worklist import read_worklist

# The recorded site answers within milliseconds: what takes longer there is stuck.
_RECORDED = {"page_timeout_s": 5.0, "settle_s": 5.0, "download_timeout_s": 10.0}
_STALL_S = 20.0
_LOG_WIDTH = 150


class Compare(Settings):
    """Run the same orders through several backends in turn and say which to trust; without INPUT, on the recorded site.

    Exit code 0 if every arm told the truth and lost nothing, 1 if one did not.
    """

    model_config = SettingsConfigDict(cli_prog_name="coupa-async compare")

    input: CliPositionalArg[Path | None] = Field(None, description="the spreadsheet; without one, the recorded site's")
    output_dir: Path = Field(Path("compare-out"), description="where the runs, compare.json and compare.html go")
    backends: str = Field("playwright,selenium", description="what to compare, separated by commas")
    lanes: str = Field("browser", description="ways to fetch: browser, direct, or both, separated by commas")
    repeat: int = Field(2, ge=1, le=200, description="how often each arm does everything")
    faults: str | None = Field(None, description="names, all or none; default: all on the recorded site, else none")
    run_limit_s: float = Field(3600.0, gt=0, description="seconds after which a run is cut short")
    report: Path | None = Field(None, description="a Markdown file for the numbers, besides")
    json_: bool = Field(False, alias="json", description="the numbers as one JSON object on stdout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is compared, and how."""

    settings: Compare
    arms: Sequence[Arm]
    faults: tuple[str, ...]

    def browsers(self) -> list[str]:
        """Find every arm's browser; return notes on them for the user.

        Raises:
            InputError: If one is missing.
        """
        found = (find_arm(self.settings, arm)[1] for arm in self.arms if arm.backend != DOUBLE)
        return list(dict.fromkeys(note for notes in found for note in notes))


async def compare(settings: Compare) -> int:
    """Run the comparison and show it.

    Returns:
        0 if every arm holds, 1 if one does not, 128 and the signal's number if one ended it.

    Raises:
        InputError: Before the tenant is asked for anything.
    """
    backends, lanes = _listed(settings.backends), _listed(settings.lanes)
    if unknown := [lane for lane in lanes if lane not in ("browser", "direct")]:
        raise SettingsError(f"lane {unknown[0]!r} is not known: choose of browser and direct")
    browsers = [name for name in backends if name != DOUBLE or settings.input is not None]
    arms = [Arm(backend, lane) for backend in browsers for lane in lanes]
    if not backends or not lanes:
        raise SettingsError("nothing to compare: name at least one backend and one lane")
    faults = named_faults(settings.faults or ("all" if settings.input is None else "none"))
    if settings.input is not None:
        if len(faults) > 1:
            raise SettingsError("faults are done to the recorded site only: leave INPUT out")
        return await _on_tenant(Case(settings=settings, arms=arms, faults=faults), settings.input)
    given = {name: value for name, value in _RECORDED.items() if name not in settings.model_fields_set}
    async with recorded_site() as site:
        on_site = settings.model_copy(update=site.settings | given)
        return await _on_recorded(Case(settings=on_site, arms=[*arms, Arm(DOUBLE)], faults=faults), site)


async def _on_recorded(case: Case, site: RecordedSite) -> int:
    settings, notes = case.settings, case.browsers()
    sample = settings.output_dir / "input" / "sample.xlsx"
    sample.parent.mkdir(parents=True, exist_ok=True)
    await write_sample(sample)
    raw, pressure = await read_expected_orders(), Pressure()
    truth = as_truth(raw)
    double = recorded_backend(site.base_url)
    plain = {number for number, item in zip(truth, raw, strict=True) if item["plain"]}

    def open_backend(own: Settings, arm: Arm) -> Backend:
        return double if arm.backend == DOUBLE else find_arm(own, arm)[0]

    make_setup = await to_thread.run_sync(_stage, case, sample, truth)
    return await _run(
        case,
        replace(
            make_setup,
            plain=[order for order in make_setup.orders if order.number.key in plain],
            open_backend=open_backend,
            prepare=lambda planned: site.reset(sign_in_mode(planned.fault, planned.repeat)),
            pressure=pressure,
            is_recorded=True,
            stall_s=_STALL_S,
        ),
        make_faults(site, pressure),
        notes,
    )


async def _on_tenant(case: Case, path: Path) -> int:
    case.settings.tenant()
    return await _run(case, await to_thread.run_sync(_stage, case, path, {}), {}, case.browsers())


def _stage(case: Case, path: Path, truth: Mapping[str, ExpectedOrder]) -> RunSetupFactory:
    settings = case.settings
    options = WorklistOptions(
        sheet=settings.sheet, po_column=settings.po_column, folder_columns=settings.folder_columns
    )
    orders = read_worklist(path, options, fresh=True).orders
    started = datetime.now().strftime("%Y%m%d-%H%M%S")
    return RunSetupFactory(
        settings=settings,
        root=settings.output_dir.resolve() / "runs" / started,
        orders=orders,
        plain=orders,
        expected=truth,
        open_backend=lambda own, arm: find_arm(own, arm)[0],
        prepare=lambda planned: None,
        pressure=Pressure(),
        is_recorded=False,
    )


def find_arm(settings: Settings, arm: Arm) -> tuple[Backend, list[str]]:
    """Open an arm's backend; see ``find_backend``."""
    return find_backend(settings.model_copy(update={"backend": arm.backend, "lane": arm.lane}))


async def _run(case: Case, make_setup: RunSetupFactory, faults: Mapping[str, Fault], notes: Sequence[str]) -> int:
    settings, started_s = case.settings, time.monotonic()
    console = Console(stderr=True)
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    planned_runs = schedule(case.arms, case.faults, settings.repeat, applies_to)
    say = partial(console.print, highlight=False, markup=False)
    say(f"{counted(len(planned_runs), 'run')} of up to {counted(len(make_setup.orders), 'order')}")
    with run_log(make_setup.root / "compare.log", of=("asyncio",)):  # of killed drivers, once their run is over
        compared: Compared = await take_turns(
            *(planned_runs, make_setup, faults),
            limit_s=settings.run_limit_s,
            notify=lambda trial: say(_trial_line(trial, settings.repeat)),
        )
    comparison = Comparison(
        trials=compared.trials,
        repeats=settings.repeat,
        workers=settings.workers or 1,
        seconds=time.monotonic() - started_s,
        made_at=datetime.now().astimezone(),
        machine=(*_machine(), *notes),
        is_recorded=make_setup.is_recorded,
    )
    page = write_comparison(comparison, settings.output_dir.resolve())
    if settings.report is not None:
        say(f"report  {write_own_text(settings.report, report(comparison), TITLE)}", soft_wrap=True)
    show(comparison, console)
    say(f"page  {page}", soft_wrap=True)
    if settings.json_:
        print(comparison.to_json(), flush=True)  # noqa: T201 - the object that scripts read
    if compared.stopped_by is not None:
        return 128 + compared.stopped_by
    return 0 if all(trial.holds for trial in compared.trials) else 1


def _trial_line(trial: Trial, repeats: int) -> str:
    done = sum(not item.kind for item in trial.audits)
    what = f"{trial.arm.name}, {trial.fault or 'no fault'}, {trial.repeat} of {repeats}"
    trouble = f": {trial.error}" if trial.error else ""
    return f"{what}: {done} of {len(trial.audits)} right, {trial.seconds:.1f} s{trouble}"


def _machine() -> tuple[str, ...]:
    memory_gb = psutil.virtual_memory().total / 2**30
    return (
        platform.platform(),
        f"{psutil.cpu_count()} processors, {memory_gb:.1f} GiB of memory",
        f"Python {sys.version.split()[0]}",
    )


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
