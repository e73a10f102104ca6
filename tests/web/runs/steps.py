"""What a person does on the page with a run: begins it, and waits for what it says."""

from __future__ import annotations

import json
import re
import time

from fixtures.workbook import write_load
from tests.web.conftest import App, Window

ORDERS = 60


def begin(app: App, window: Window, orders: int = ORDERS) -> str:
    """Give a workbook of orders that nothing goes wrong with, and run it. Returns the run's place."""
    book = app.home / "load.xlsx"
    write_load(book, orders)
    told = json.loads(window.upload("load.xlsx", book.read_bytes()).text)
    answer = window.post(f"{told['go'].removeprefix(window.base)}/begin", output_dir=str(app.documents / "load"))
    assert answer.status == 303, answer.text
    return answer.headers["location"].removeprefix(window.base)


def until(window: Window, place: str, wanted: str, *, within_s: float = 60) -> str:
    """Wait until a page says something."""
    deadline_s = time.monotonic() + within_s
    while wanted not in (text := window.get(place).text):
        assert time.monotonic() < deadline_s, text
        time.sleep(0.1)
    return text


def done(window: Window, place: str) -> int:
    found = re.search(r'<progress max="\d+" value="(\d+)"', window.get(place).text)
    return int(found[1]) if found else -1
