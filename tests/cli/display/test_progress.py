"""What scrolls by while a run goes on at a terminal."""

from __future__ import annotations

import io
import re

from rich.console import Console

from coupa_async.cli.display.progress import progress
from coupa_async.domain.events import Event, OrderFinished, OrderRetried, RunStarted, Warned
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome

NUMBER = OrderNumber.parse("PO1")
LONG = "Coupa answered 500 for a page, " * 9 + "in the end"


def told(*events: Event, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    with progress(console, quiet=False) as notify:
        for event in (RunStarted(total=1, skipped=0, workers=1), *events):
            notify(event)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_order_keeps_to_its_line_however_long_its_reason_is() -> None:
    failed = OrderResult(number=NUMBER, outcome=Outcome.FAILED, url="", error=LONG)
    text = told(
        OrderRetried(worker="worker-1", number=NUMBER, reason=LONG, delay_s=1.0),
        OrderFinished(worker="worker-1", result=failed),
    )
    assert "PO1: again in 1.0 s: Coupa answered" in text
    assert "1/1 PO1            FAILED" in text
    plain = re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", text)
    lines = [line for line in re.split(r"[\r\n]", plain) if "PO1" in line and "worker-1" not in line]
    assert all(len(line.rstrip()) <= 80 for line in lines)
    assert all(line.rstrip().endswith("a page, in the end") for line in lines)  # the cause mostly stands at the end


def test_a_reason_has_the_room_of_files_and_seconds_until_there_is_enough_for_all() -> None:
    reason = "1 of 2 attachments failed: Half.pdf: it is cut short"
    failed = OrderResult(number=NUMBER, outcome=Outcome.FAILED, url="", found=2, error=reason, seconds=1.0)
    narrow, wide = (told(OrderFinished(worker="worker-1", result=failed), width=width) for width in (100, 120))
    assert reason in narrow
    assert "0/2 files" not in narrow
    assert reason in wide
    assert "0/2 files" in wide


def test_a_warning_is_told_whole() -> None:
    assert "in the end" in told(Warned(text=LONG))
