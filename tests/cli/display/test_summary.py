"""What stands on the screen at the end: the failures with their reasons, and what to type next."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from coupa_async.app.runs.summary import Summary
from coupa_async.cli.display.summary import show_summary
from coupa_async.domain.errors import (
    CoupaError,
    OutageError,
    ProgramError,
    RestartIntensityError,
    SignInError,
    SignInRefusedError,
)
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome


def failure(n: int, error: str) -> OrderResult:
    return OrderResult(number=OrderNumber.parse(f"PO{n}"), outcome=Outcome.FAILED, url="", error=error)


def shown(summary: Summary, **how: Any) -> list[str]:
    console = Console(file=io.StringIO(), width=80, **how)
    show_summary(summary, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


TERMINAL = {"force_terminal": True, "color_system": None, "legacy_windows": False}


def test_failures_have_two_lines_each_at_most_and_the_rest_is_counted() -> None:
    failures = tuple(failure(n, "[red]Gone.pdf[/]: " + "Coupa answered 404; " * 9 + "the end") for n in (1, 2))
    summary = Summary(outcomes=Counter({Outcome.FAILED: 5}), failures=failures)
    lines = shown(summary, **TERMINAL)
    begun = lines.index(next(line for line in lines if line.startswith("PO1 ")))
    assert lines[begun].startswith("PO1            [red]Gone.pdf[/]: Coupa")
    assert lines[begun + 1].startswith(" " * 15)
    assert lines[begun + 1].endswith(" the end")
    assert lines[begun + 2].startswith("PO2 ")
    assert all(len(line) <= 80 for line in lines[begun : begun + 4])
    assert lines[begun + 4] == "and 3 more"
    assert f"PO1            {failures[0].error}" in shown(summary)  # in a file, whole


@pytest.mark.parametrize(
    "error",
    [
        "2 of 2 attachments failed: Gone one.pdf: Coupa answered 404; Gone two.pdf: Coupa answered 404",
        "http://127.0.0.1:40655/order_headers/15263007: neither an order nor a not-found page (title 'Scheduled work')",
        "2 of 3 attachments failed: Never whole.pdf: it is cut short; Half a picture.png: it is cut short",
    ],
)
def test_a_terminal_of_80_columns_has_room_for_the_cause(error: str) -> None:
    lines = shown(Summary(outcomes=Counter({Outcome.FAILED: 1}), failures=(failure(15262984, error),)), **TERMINAL)
    assert "".join(error.split()) in "".join("".join(lines).split())


def test_rows_that_name_no_order_are_told_apart_from_the_failures_and_counted_for_themselves() -> None:
    bad = {row: f"'{row}x' is not an order number" for row in range(28, 41)}
    lines = shown(Summary(outcomes=Counter({Outcome.FAILED: 1}), failures=(failure(1, "Gone"),), bad_rows=bad))
    (title,) = [n for n, line in enumerate(lines) if line == "13 rows of the spreadsheet name no order (NOT_AN_ORDER):"]
    assert lines[title + 1] == "row 28         '28x' is not an order number"
    assert lines[title + 11] == "and 3 more"
    assert ["FAILED", "1"] in [line.split() for line in lines]
    assert not any("row" in line or "more" in line for line in lines[:title])
    alone = shown(Summary(outcomes=Counter({Outcome.COMPLETED: 1}), bad_rows={4: "the order number is empty"}))
    assert "1 row of the spreadsheet names no order (NOT_AN_ORDER):" in alone


def test_rows_that_name_no_order_change_no_exit_code_and_no_count_of_orders() -> None:
    good = Summary(outcomes=Counter({Outcome.COMPLETED: 2}), bad_rows={4: "empty"})
    told = json.loads(good.to_json())
    assert (good.exit_code, told["total"], told["outcomes"], told["bad_rows"]) == (0, 2, {"COMPLETED": 2}, 1)
    assert Summary(outcomes=Counter({Outcome.FAILED: 1}), bad_rows={4: "empty"}).exit_code == 1


def test_a_correction_in_the_spreadsheet_is_proposed_by_the_spreadsheets_own_name(tmp_path: Path) -> None:
    summary = Summary(outcomes=Counter(), bad_rows={4: "empty"}, input=tmp_path / "my orders.xlsx")
    (line,) = [line for line in shown(summary) if line.startswith("correct")]
    assert f'"{tmp_path / "my orders.xlsx"}"' in line


def test_the_next_commands_can_be_typed_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["coupa-async"])
    monkeypatch.setattr("shutil.which", lambda _: None)
    summary = Summary(
        outcomes=Counter({Outcome.PARTIAL: 1}), output_dir=tmp_path / "my orders", report=tmp_path / "report.html"
    )
    text = "\n".join(shown(summary))
    assert 'coupa-async retry "my orders"' in text
    assert 'coupa-async report "my orders" --open' in text
    assert "retry" not in "\n".join(shown(Summary(outcomes=Counter({Outcome.COMPLETED: 1}), output_dir=tmp_path)))


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings, where the program goes by its own name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["coupa-async"])
    monkeypatch.setattr("shutil.which", lambda _: None)
    return tmp_path


REFUSED = SignInRefusedError("refused", is_of_credentials=True)


@pytest.mark.parametrize(
    ("error", "first"),
    [
        (REFUSED, "coupa-async config set password"),
        (SignInRefusedError("no", origin="https://idp.example"), "coupa-async config set sign_in_origins "),
        (SignInRefusedError("wants a user name"), "coupa-async login"),
        (SignInError("tried 4 times"), "coupa-async login"),
        (OutageError("gone"), "coupa-async doctor"),
        (RestartIntensityError("lost"), "coupa-async doctor"),
        (ProgramError("bug"), "coupa-async doctor"),
    ],
    ids=["password", "origin", "none given", "other", "outage", "browsers", "bug"],
)
def test_what_to_change_stands_as_a_command_before_what_goes_on(error: CoupaError, first: str, at_home: Path) -> None:
    summary = Summary(outcomes=Counter({Outcome.PENDING: 3}), error=error, output_dir=at_home / "out")
    steps = [line for line in shown(summary) if line.startswith(("first ", "or ", "go on ", "again "))]
    assert steps[0].startswith(f"first     {first}")
    assert steps[-1].startswith("go on     coupa-async retry out")


def test_a_new_password_is_proposed_where_the_refused_one_comes_from(
    at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = Summary(outcomes=Counter({Outcome.PENDING: 3}), error=REFUSED)
    (at_home / ".env").write_text("COUPA_PASSWORD=old\n")
    assert any(line.startswith("first     change COUPA_PASSWORD in .env") for line in shown(summary))
    monkeypatch.setenv("COUPA_PASSWORD", "old")
    first = next(line for line in shown(summary) if line.startswith("first"))
    assert "read -rs COUPA_PASSWORD" in first or "$env:COUPA_PASSWORD" in first


def test_the_commands_name_the_runs_own_tenant_where_the_settings_here_would_not(
    at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUPA_BASE_URL", "https://here.example")
    for tenant, flag in (("https://here.example", ""), ("https://there.example", " --base-url https://there.example")):
        error = SignInError("signed out")
        outcomes = Counter({Outcome.PENDING: 3})
        lines = shown(Summary(outcomes=outcomes, error=error, settings={"base_url": tenant}))
        assert f"first     coupa-async login{flag}" in lines


def test_origins_that_are_trusted_already_stay_in_the_command_that_adds_one(at_home: Path) -> None:
    error = SignInRefusedError("no", origin="https://idp.example")
    settings = {"sign_in_origins": "https://a.example, https://b.example"}
    lines = shown(Summary(outcomes=Counter({Outcome.PENDING: 1}), error=error, settings=settings))
    assert "sign_in_origins https://a.example,https://b.example,https://idp.example " in "\n".join(lines)


def test_nothing_that_a_demos_folder_proposes_asks_the_users_own_tenant(at_home: Path) -> None:
    for error in (None, REFUSED, OutageError("gone"), RestartIntensityError("lost")):
        outcomes = Counter({Outcome.PENDING: 3, Outcome.FAILED: 1})
        summary = Summary(outcomes=outcomes, error=error, is_demo=True, output_dir=at_home / "demo-out")
        text = "\n".join(shown(summary))
        assert "coupa-async retry demo-out" in text
        assert text.splitlines()[-1].startswith("yours     coupa-async setup")
        assert not any(word in text for word in ("login", "doctor", "config", "coupa-async run"))


def test_a_run_that_is_at_work_is_not_proposed_again() -> None:
    outcomes = Counter({Outcome.PENDING: 3, Outcome.FAILED: 1})
    text = "\n".join(shown(Summary(outcomes=outcomes, is_at_work=True)))
    assert "go on" not in text
    assert "retry" not in text


def test_a_command_to_copy_is_not_broken_by_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    summary = Summary(output_dir=tmp_path / "out", input=tmp_path / "in.xlsx", bad_rows={3: "it has no digit"})
    console = Console(file=io.StringIO(), width=60, force_terminal=True, color_system=None, legacy_windows=False)
    show_summary(summary, console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    command = lines.index("correct   in.xlsx")
    assert lines[command + 1].strip() == "(its rows that name no order, if they should)"
    assert all(len(line) <= 60 for line in lines[command : command + 2])
