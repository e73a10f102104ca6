"""What 5,000 messages of a run's feed leave behind in a tab: nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Site
from tests.report_pages.test_app_walk import app, sheet, site, start
from tests.web.conftest import App

__all__ = ["app", "site", "start"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
MESSAGES, WARM_UP = 5_000, 3_000
IDLE = "retry: 200\n\n"
MOST_BYTES, MOST_NODES = 300_000, 50


def feed(html: str, first: int, count: int) -> str:
    """Make messages as the server sends them, each with other numbers in it."""
    parts = []
    for n in range(first, first + count):
        told = {"html": html.replace("<strong>", f"<strong>message {n} of ", 1), "done": n, "total": first + count}
        parts.append(f"event: progress\ndata: {json.dumps(told)}\n\n")
    return IDLE + "".join(parts)


def test_five_thousand_messages_do_not_grow_the_memory_of_a_tab(
    page: Page, start: str, app: App, site: Site, tmp_path: Path
) -> None:
    site.ask("latency", {"latency_ms": 3000, "file_latency_ms": 3000})  # so that the run goes on meanwhile
    bodies = [IDLE]
    page.goto(f"{start}/orders")
    page.locator("#file").set_input_files(sheet(tmp_path, 60))
    page.get_by_role("link", name="Go on to folders and options").click()
    page.get_by_label("Where the folders go").fill(str(app.documents / "feed"))
    page.get_by_role("button", name=re.compile("^Run 60 orders")).click()
    expect(page.locator("#progress .meter")).to_be_visible()
    html = page.locator("#progress").inner_html()

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/event-stream", body=bodies[-1])

    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def held() -> dict[str, float]:
        for _ in range(3):  # what one round lets go of, the next one may take
            devtools.send("HeapProfiler.collectGarbage")
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return {item["name"]: item["value"] for item in metrics}

    page.route("**/events", answer)
    bodies.append(feed(html, 1, WARM_UP))  # the browser compiles what runs often, once
    page.reload()
    expect(page.locator("#progress")).to_contain_text(f"message {WARM_UP} of", timeout=60_000)
    bodies.append(IDLE)
    before = held()
    bodies.append(feed(html, WARM_UP + 1, MESSAGES))
    expect(page.locator("#progress")).to_contain_text(f"message {WARM_UP + MESSAGES} of", timeout=120_000)
    bodies.append(IDLE)
    after = held()
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < MOST_BYTES
    assert after["Nodes"] - before["Nodes"] < MOST_NODES
    assert after["JSEventListeners"] == before["JSEventListeners"]
    page.unroute("**/events")
    site.ask("latency", {"latency_ms": 40, "file_latency_ms": 40})
    page.get_by_role("button", name="Stop now").click()
