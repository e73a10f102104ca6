"""What a window is told of a run costs the run little, however much happens."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from coupa_async.app.runs.progress import RunProgress
from coupa_async.app.runs.run_book import KnownRun
from coupa_async.domain.events import MemoryRead, OrderFinished, OrderStarted, PaceChanged, RunStarted, Warned
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome, SavedAttachment
from coupa_async.web.jobs.runner import LiveRun
from coupa_async.web.pages.run import _progress_data

HTML = "<script>document.title='owned'</script>"


def request(language: str = "en") -> Request:
    access = SimpleNamespace(base="/x", csrf="c")
    site = SimpleNamespace(access=access, runner=SimpleNamespace(active=None))
    app = SimpleNamespace(state=SimpleNamespace(site=site))
    headers = [(b"accept-language", language.encode())]
    scope: dict[str, Any] = {"type": "http", "app": app, "headers": headers, "path": "/", "method": "GET"}
    return Request(scope)


def live_run() -> LiveRun:
    known = KnownRun(id="0" * 16, name="orders", folder=str(Path("/x")), begun_at=datetime(2025, 1, 1).isoformat())
    return LiveRun(known=known)


def fill(progress: RunProgress, events: int) -> None:
    saved = SavedAttachment(
        id="1", kind=AttachmentKind.FILE, source=AttachmentSource.ORDER, name="a", size_bytes=9, sha256="", seconds=1
    )
    progress(RunStarted(total=events, skipped=0, workers=64))
    progress(MemoryRead(usage_percent=40.4, threshold_percent=85, workers=64))
    progress(PaceChanged(limit=64, requests_per_s=None, reason=""))
    for n in range(events // 2):
        number = OrderNumber(f"PO{n}{HTML}", str(n))
        progress(OrderStarted(worker=f"worker-{n % 64}", number=number, attempt=1))
        result = OrderResult(number=number, outcome=Outcome.COMPLETED, url="", supplier=HTML, saved=(saved,))
        progress(OrderFinished(worker=f"worker-{n % 64}", result=result))
    progress(Warned(text=HTML))


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_what_a_window_is_told_stays_small_and_is_text(language: str) -> None:
    run = live_run()
    fill(run.progress, 5_000)
    html = cast("str", _progress_data(request(language), run)["html"])
    assert len(html) < 12_000
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_five_thousand_events_a_minute_told_to_two_windows_take_under_three_percent_of_a_processor() -> None:
    run, asked = live_run(), request()
    fill(run.progress, 100)
    _progress_data(asked, run)  # compiles the template, once
    begun_s = time.process_time()
    fill(run.progress, 5_000)
    for _ in range(2 * 120):  # two windows, twice a second
        _progress_data(asked, run)
    assert time.process_time() - begun_s < 0.03 * 60
