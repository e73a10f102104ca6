"""The end of a run: half a line for the title and the notice, and nothing where nobody sits."""

from __future__ import annotations

import io
import signal
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from coupa_async.app.runs.summary import Summary
from coupa_async.cli.display import farewell
from coupa_async.cli.display.farewell import call_back, headline, open_results
from coupa_async.domain.errors import OutputError, RunError
from coupa_async.domain.outcome import Outcome

C, N, F, P = Outcome.COMPLETED, Outcome.NO_ATTACHMENTS, Outcome.FAILED, Outcome.PENDING


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({C: 90, N: 10}, "finished: 100 orders, all well"),
        ({C: 1}, "finished: 1 order, all well"),
        ({C: 1200, F: 3}, "finished: 1,200 of 1,203 orders well, 3 to look at"),
    ],
)
def test_the_headline_says_what_came_of_it(outcomes: dict[Outcome, int], said: str) -> None:
    assert headline(Summary(outcomes=Counter(outcomes))) == said


def test_a_run_that_stopped_says_how_far_it_came() -> None:
    counts = Counter({C: 3, P: 97})
    said = "stopped: 3 of 100 orders done"
    assert headline(Summary(outcomes=counts, stopped_by=signal.SIGINT)) == said
    assert headline(Summary(outcomes=counts, error=RunError("full"))) == said


@pytest.mark.anyio
async def test_bell_title_and_notice_are_for_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    async def show(_: str, text: str) -> bool:
        shown.append(text)
        return True

    monkeypatch.setattr(farewell, "show_notice", show)
    summary = Summary(outcomes=Counter({C: 1}))
    monkeypatch.setenv("TERM", "xterm")
    for is_terminal in (False, True):
        file = io.StringIO()
        await call_back(summary, Console(file=file, force_terminal=is_terminal, legacy_windows=False))
        said = file.getvalue()
        assert ("\a" in said, "\x1b]0;coupa-async finished: 1 order, all well\x07" in said) == (is_terminal,) * 2
    assert shown == ["finished: 1 order, all well"]


@pytest.mark.anyio
async def test_folder_and_report_are_opened_and_what_cannot_be_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def open_(path: Path) -> None:
        opened.append(path)
        if path == tmp_path:
            raise OutputError(f"{path}: no program was found to show it")

    monkeypatch.setattr(farewell, "open_on_desktop", open_)
    console = Console(file=io.StringIO())
    await open_results(Summary(output_dir=tmp_path, report=tmp_path / "report.html"), console)
    assert opened == [tmp_path, tmp_path / "report.html"]
    assert isinstance(console.file, io.StringIO)
    assert "no program was found" in console.file.getvalue()
