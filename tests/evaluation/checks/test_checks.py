"""The evidence: what is not so is said, and no verdict holds by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coupa_async.cli.command import parse
from coupa_async.cli.commands.evidence import Evidence, _handed_on
from coupa_async.domain.outcome import Outcome
from coupa_async.evaluation.checks.checks import _clean, _ended_well
from coupa_async.evaluation.checks.environment import Check, CheckResult
from coupa_async.evaluation.checks.observed_run import ObservedRun
from coupa_async.evaluation.checks.report import report
from coupa_async.evaluation.order_audit import OrderAudit

_KEPT = ("COUPA_BROWSER_PATH", "COUPA_DRIVER_PATH")  # of this machine
GOOD = OrderAudit(number="PO1", outcome=Outcome.COMPLETED, is_known=True)
LOST = replace(GOOD, damage=("a.pdf: not on the disk",))
SEEN = ObservedRun(command="python -m coupa_async run x.xlsx", exit_code=0, said="", audits=(GOOD,), browser="156.0.1")


def failed(findings: list[CheckResult]) -> list[str]:
    return [finding.text for finding in findings if not finding.holds]


def test_a_run_that_did_all_well_has_nothing_against_it() -> None:
    assert failed(_ended_well(SEEN)) == []
    assert failed(_ended_well(replace(SEEN, exit_code=1, audits=(replace(GOOD, outcome=Outcome.PARTIAL),)))) == []


@pytest.mark.parametrize(
    ("change", "audit"),
    [
        ({"exit_code": None}, "exit code None"),
        ({"exit_code": 4}, "exit code 4"),
        ({"exit_code": 0, "audits": (replace(GOOD, outcome=Outcome.FAILED),)}, "exit code 0"),
        ({"audits": ()}, "every order"),
        ({"audits": (GOOD, LOST)}, "PO1: file lost or partial"),
        ({"audits": (replace(GOOD, outcome=Outcome.PENDING),)}, "PO1: never finished"),
        ({"said": "RuntimeError: no running event loop"}, "no running event loop"),
        ({"log": ({"message": "x", "exception": "Traceback (most recent call last)"},)}, "Traceback"),
        ({"left": ("process 4711",)}, "process 4711"),
    ],
)
def test_what_is_not_as_it_should_be_is_found(change: dict[str, Any], audit: str) -> None:
    assert any(audit in text for text in failed(_ended_well(replace(SEEN, **change))))


def test_the_report_tells_command_versions_lines_and_what_does_not_hold() -> None:
    runs = (SEEN, replace(SEEN, command=f"python -m coupa_async run {Path.cwd()}/y.xlsx", exit_code=4))
    line = {"message": "MemoryRead", "threshold_percent": 85.0}
    good = Check(
        key="5.1", title="One", backend="playwright", runs=runs, findings=tuple(_clean(SEEN)), excerpts=(line,)
    )
    bad = replace(good, backend="selenium", findings=(CheckResult("nothing left", False),))
    text = report([good, bad], tenant="the recorded site")
    assert "| 5.1 One | holds | DOES NOT HOLD |" in text
    assert "**does not hold:** nothing left" in text
    assert "$ python -m coupa_async run x.xlsx\n→ exit code 0" in text
    assert "| browser | 156.0.1 |" in text
    assert '{"message": "MemoryRead", "threshold_percent": 85.0}' in text
    assert str(Path.cwd()) not in text


def test_what_was_given_is_handed_on_to_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPA_PASSWORD", "secret")
    monkeypatch.setenv("MAX_PARALLEL_WORKERS", "7")
    settings = parse(Evidence, ["orders.xlsx", "--base-url", "https://t.example.com", "--edge-profile-dir", "here"])
    handed = {name: text for name, text in _handed_on(settings).items() if name not in _KEPT}
    assert handed == {
        "COUPA_BASE_URL": "https://t.example.com",
        "COUPA_PASSWORD": "secret",
        "EDGE_PROFILE_DIR": "here",
    }
