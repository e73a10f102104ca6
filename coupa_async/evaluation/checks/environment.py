"""Where the checks of ``evidence`` are made, and the result of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coupa_async.evaluation.checks.observed_run import ObservedCommand, ObservedRun
from coupa_async.evaluation.order_audit import ExpectedOrder


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that had to hold, and whether it did."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check on one backend.

    Attributes:
        key: Its number: ``5.1`` to ``5.5``.
        notes: How the situation was made, if that needs to be said.
        runs: The runs that were made.
        excerpts: Lines of ``run.log``.
    """

    key: str
    title: str
    backend: str
    runs: tuple[ObservedRun, ...]
    findings: tuple[CheckResult, ...]
    notes: tuple[str, ...] = ()
    excerpts: tuple[dict[str, object], ...] = ()

    @property
    def holds(self) -> bool:
        """The verdict."""
        return all(finding.holds for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSetup:
    """Where the checks are made.

    Attributes:
        root: Where the runs' folders go.
        sheet: The spreadsheet of check 5.1.
        small: The spreadsheet of the other checks.
        environment: Tenant and credentials, as environment variables.
        truth: The expected result of each order, by key; empty for a real tenant.
        end_sessions: Ends every session at the tenant; ``None`` on a real tenant.
        kill_browsers: Kills the browsers of the run.
    """

    root: Path
    sheet: Path
    small: Path
    backend: str
    environment: Mapping[str, str]
    kill_browsers: Callable[[], None]
    truth: Mapping[str, ExpectedOrder] = field(default_factory=dict)
    end_sessions: Callable[[], Awaitable[None]] | None = None

    def job(self, name: str, *words: str, sheet: Path | None = None, **environment: str) -> ObservedCommand:
        """Describe a run with a folder of its own."""
        sheet, out = sheet or self.small, self.root / f"{self.backend}-{name}"
        if self.end_sessions is not None:  # elsewhere a sign-in may need a person, and is kept
            environment = {"COUPA_STORAGE_STATE": f"{out}.state.json"} | environment
        return ObservedCommand(
            words=[
                "run",
                str(sheet),
                "-o",
                str(out),
                "--backend",
                self.backend,
                "--lane",
                "browser",
                "--fresh",
                *words,
            ],
            environment={**self.environment, **environment},
            sheet=sheet,
            out=out,
            truth=self.truth,
        )
