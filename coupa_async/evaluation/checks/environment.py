"""Where the dossier's checks are made, and what each comes to."""

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
        key: Its number in the dossier.
        notes: How it was brought about, where that needs to be said.
        runs: What was run.
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
        small: The one of the others.
        environment: The tenant and who signs in there, as settings.
        truth: What must come of the orders, by key; empty for a real tenant.
        end_sessions: Ends every session at the tenant; ``None`` where that is not ours to do.
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
        """Describe a run of its own folder."""
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
