"""``evidence``: five checks of whole runs on both backends, written down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from anyio import to_thread
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import CliPositionalArg, SettingsConfigDict
from rich.console import Console

from coupa_async.app.compose import find_backend
from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.prompts import is_person_there
from coupa_async.domain.errors import WorklistError
from coupa_async.evaluation.checks.checks import CHECKS
from coupa_async.evaluation.checks.environment import Check, CheckSetup
from coupa_async.evaluation.checks.report import TITLE, report
from coupa_async.evaluation.disk_audit import read_expected_orders
from coupa_async.evaluation.recorded_site import read_expected_orders as site_truth
from coupa_async.evaluation.recorded_site import recorded_site, write_sample
from coupa_async.services.files.own_file import write_own_text
from coupa_async.services.spreadsheet.worklist import read_worklist

_BACKENDS = ("playwright", "selenium")
_ORDERS = 16
_NOWHERE = "http://127.0.0.1"  # for a browser that is only looked for
# Each check says these itself; and what would lead away from the recorded site. Empty is unset.
_OURS = {"output_dir", "backend", "lane", "workers", "memory_threshold", "interactive"}
_ELSEWHERE = ("COUPA_LOGIN_URL", "COUPA_PLAYWRIGHT_WS", "COUPA_SELENIUM_URL", "EDGE_PROFILE_DIR")

MakeStage = Callable[[str], Awaitable[CheckSetup]]


class Evidence(Settings):
    """Run five checks on both backends, on the recorded site or your tenant, and write down what was seen."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async evidence")

    input: CliPositionalArg[Path | None] = Field(
        None, description="a spreadsheet with a dozen orders of your Coupa; without it, the recorded site"
    )
    output_dir: Path = Field(Path("evidence-out"), description="where the runs' folders go")
    report: Path | None = Field(None, description="where the report goes; default: evidence.md in the output folder")
    no_input: bool = Field(False, description="never ask a person")


async def evidence(settings: Evidence) -> int:
    """Make every check and write the report.

    Returns:
        0 if every verdict holds, else 1.

    Raises:
        InputError: Before anything was run.
    """
    console = Console(stderr=True)
    if settings.input is not None:
        settings.tenant()
        worklist = await to_thread.run_sync(read_worklist, settings.input)
        if why := worklist.layout.obstacle:
            raise WorklistError(f"{settings.input}: {why}: save it as .xlsx")
    for name in _BACKENDS:
        find_backend(settings.model_copy(update={"backend": name, "base_url": settings.base_url or _NOWHERE}))
    is_guided = settings.input is not None and is_person_there(settings)
    checks: list[Check] = []
    async with _stages(settings) as make:
        for backend in _BACKENDS:
            setup = await make(backend)
            for check in CHECKS:
                console.print(f"\n{backend} {check.__doc__}", highlight=False)
                if is_guided:
                    await to_thread.run_sync(console.input, "Enter to begin ", abandon_on_cancel=True)
                checks.append(entry := await check(setup))
                for finding in entry.findings:
                    console.print(
                        f"  {'holds' if finding.holds else 'DOES NOT HOLD'}: {finding.text}",
                        highlight=False,
                        markup=False,
                    )
    tenant = "the recorded site" if settings.input is None else settings.tenant()
    page, text = settings.report or settings.output_dir / "evidence.md", report(checks, tenant=tenant)
    target = await to_thread.run_sync(write_own_text, page, text, TITLE)
    console.print(f"\nreport  {target}", highlight=False, soft_wrap=True)
    return 0 if all(item.holds for item in checks) else 1


def _stages(settings: Evidence) -> AbstractAsyncContextManager[MakeStage]:
    return _recorded(settings) if settings.input is None else _own(settings, settings.input)


@asynccontextmanager
async def _own(settings: Evidence, sheet: Path) -> AsyncIterator[MakeStage]:
    """Make the checks on a tenant, without wrong sign-ins on purpose and without ending sessions."""

    async def make(backend: str) -> CheckSetup:
        return CheckSetup(
            root=settings.output_dir,
            sheet=sheet,
            small=sheet,
            backend=backend,
            environment=_handed_on(settings),
            kill_browsers=_kill_browsers,
        )

    yield make


@asynccontextmanager
async def _recorded(settings: Evidence) -> AsyncIterator[MakeStage]:
    """Make the checks on the recorded site, where the expected results are known."""
    sheets = settings.output_dir / "input"
    await write_sample(sheets / "sample.xlsx")
    await write_sample(sheets / "orders.xlsx", orders=_ORDERS)
    truth = read_expected_orders(await site_truth()) | read_expected_orders(await site_truth(orders=_ORDERS))
    given = _handed_on(settings)
    async with recorded_site() as site:
        own = {
            "COUPA_BASE_URL": site.base_url,
            "COUPA_USERNAME": site.username,
            "COUPA_PASSWORD": site.password.get_secret_value(),
            "COUPA_SIGN_IN_ORIGINS": site.sso_url,
            "COUPA_CLIENT_ID": "",  # the user's own is for the user's own tenant
        }

        async def end_sessions() -> None:
            await site.ask("expire", sso=True)

        async def make(backend: str) -> CheckSetup:
            await site.ask("reset")
            return CheckSetup(
                root=settings.output_dir,
                sheet=sheets / "sample.xlsx",
                small=sheets / "orders.xlsx",
                backend=backend,
                environment=given | {name: "" for name in _ELSEWHERE if name in given} | own,
                kill_browsers=_kill_browsers,
                truth=truth,
                end_sessions=end_sessions,
            )

        yield make


def _kill_browsers() -> None:
    from coupa_async.evaluation.process_faults import PROCESS_FAULTS, inject

    inject(PROCESS_FAULTS["browser-killed"])


def _handed_on(settings: Evidence) -> dict[str, str]:
    """Return the given settings as the environment variables of a run."""
    environment = {}
    for name in sorted(Settings.model_fields.keys() & settings.model_fields_set - _OURS):
        alias, value = Settings.model_fields[name].validation_alias, getattr(settings, name)
        key = alias.choices[-1] if isinstance(alias, AliasChoices) else f"COUPA_{name.upper()}"
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        environment[str(key)] = ",".join(text) if isinstance(text, tuple) else "" if text is None else str(text)
    return environment
