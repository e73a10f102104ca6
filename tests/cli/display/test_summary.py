"""What stands on the screen at the end: the failures with their reasons, and what to type next."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from coupa_async.app.summary import Summary
from coupa_async.cli.display.summary import show_summary
from coupa_async.domain.errors import SignInRefusedError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.spreadsheet.entries import BadRow


def failure(n: int, error: str) -> OrderResult:
    return OrderResult(number=OrderNumber.parse(f"PO{n}"), outcome=Outcome.FAILED, url="", error=error)


def shown(summary: Summary) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    show_summary(summary, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_failures_have_a_line_each_and_the_rest_is_counted() -> None:
    failures = tuple(failure(n, "[red]Gone.pdf[/]: " + "the tenant answered 404; " * 9) for n in (1, 2))
    lines = shown(Summary(outcomes=Counter({Outcome.FAILED: 5}), failures=failures))
    told = [line for line in lines if line.startswith("PO")]
    assert len(told) == 2
    assert told[0].startswith("PO1            [red]Gone.pdf[/]: the tenant")
    assert all(len(line) <= 80 for line in told)
    assert "and 3 more" in lines


def test_a_row_that_names_no_order_is_among_the_failures() -> None:
    bad = BadRow(row=28, shown="ABC", reason="'ABC' is not an order number")
    lines = shown(Summary(outcomes=Counter({Outcome.FAILED: 2}), failures=(failure(1, "Gone"),), bad_rows=(bad,)))
    assert "row 28         'ABC' is not an order number" in lines
    assert not any("more" in line for line in lines)


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


def test_after_a_refused_password_what_to_change_stands_before_running_again() -> None:
    refused = Summary(outcomes=Counter({Outcome.PENDING: 3}), error=SignInRefusedError("refused"))
    lines = shown(refused)
    first = next(n for n, line in enumerate(lines) if line.startswith("first"))
    assert "login" in lines[first]
    assert "COUPA_PASSWORD" in "\n".join(lines)
    assert any(line.startswith("go on") for line in lines[first:])


def test_a_run_that_is_at_work_is_not_proposed_again() -> None:
    outcomes = Counter({Outcome.PENDING: 3, Outcome.FAILED: 1})
    text = "\n".join(shown(Summary(outcomes=outcomes, is_at_work=True)))
    assert "go on" not in text
    assert "retry" not in text
