"""Texts that no thread may parse: tried in a process that ends, whatever they do to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import anyio
import pytest

from coupa_async.domain.api.answers import read_json
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.pages.page import parsed, read_page
from coupa_async.domain.pages.page_limits import Effort, effort
from coupa_async.runtime import worker_threads

pytestmark = pytest.mark.anyio
BASE = "https://tenant.example.com"
SHORT = replace(Bounds(), parse_s=3.0)
NAMES = " ".join(f"a{number:x}" for number in range(100_000))

HARMFUL = {
    "one element with 100,000 attributes": f"<p {NAMES}>",
    "their names in what looks like a value": f'<script>a<b x="</script><p {NAMES}>',
    "each name at an element of its own": "".join(f"<p a{number:x}=1>" for number in range(150_000)),
    "names of elements": "".join(f"<a{number:x}></a{number:x}>" for number in range(150_000)),
    "names that other spaces hold together": "<p "
    + " ".join(f"a\v{n % 317}\xa0{n // 317}" for n in range(100_000))
    + ">",
    "quotes in place of spaces": "<p " + "".join(f'a{number:x}="1"' for number in range(100_000)) + ">",
    "paragraphs that take sixty times their size": "<p>" * (16 * 2**20 // 3),
}


@pytest.mark.parametrize("html", HARMFUL.values(), ids=HARMFUL)
async def test_a_page_that_takes_hours_or_gigabytes_is_refused_in_time(html: str) -> None:
    with anyio.fail_after(60):
        with pytest.raises(ExcessivePageError, match=r"is not read: parsing it takes over 3 s or over 384 MB"):
            await worker_threads.parse(partial(parsed, html), html, bounds=SHORT)


async def test_the_loop_goes_on_while_a_page_is_tried() -> None:
    html, ticks = HARMFUL["one element with 100,000 attributes"], 0
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:

            async def tick() -> None:
                nonlocal ticks
                while True:
                    await anyio.sleep(0.05)
                    ticks += 1

            tasks.start_soon(tick)
            with pytest.raises(ExcessivePageError):
                await worker_threads.parse(partial(parsed, html), html, bounds=SHORT)
            tasks.cancel_scope.cancel("seen")
    assert ticks > 10


async def test_lists_of_the_api_that_take_gigabytes_are_refused() -> None:
    text = "[" + "[]," * (30 * 2**20 // 3) + "[]]"
    with anyio.fail_after(60):
        with pytest.raises(ExcessivePageError, match="is not read"):
            await worker_threads.parse(partial(read_json, text), text, bounds=replace(SHORT, parse_s=20))


@pytest.mark.parametrize(
    "text", ["<p>Hello there, supplier.</p>\n" * 25_000, '[{"id": 1}, {"id": 2}]' + " " * 2_000_001]
)
async def test_a_large_text_that_does_no_harm_is_read(text: str) -> None:
    bounds = replace(Bounds(), parse_s=60)
    assert effort(text) is Effort.UNKNOWN
    assert await worker_threads.parse(partial(len, text), text, bounds=bounds) == len(text)


async def test_a_page_that_is_nested_too_deep_is_refused_in_the_readers_own_words() -> None:
    html = "<div>" * 200_000
    read = partial(read_page, html, f"{BASE}/order_headers/1", BASE)
    with pytest.raises(ExcessivePageError, match="nested deeper than 520"):
        await worker_threads.parse(read, html, bounds=replace(Bounds(), parse_s=60))


def test_ordinary_pages_are_parsed_at_once() -> None:
    assert effort("<p class='a' id='b'>Some text of an order</p>\n" * 600) is Effort.LIGHT
    assert effort("<p class='a' id='b'>Some text of an order</p>\n" * 3_000) is Effort.HEAVY
    assert effort("") is Effort.LIGHT
