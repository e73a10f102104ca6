"""Tries in a separate process whether a text can be parsed at all: see ``coupa_async.runtime.isolated``.

A parser may take time with the square of what it is given, or memory sixty times its size; a thread that does so can
neither be ended nor held to less memory.
"""

from __future__ import annotations

import sys

from coupa_async.domain.api.answers import NotJsonError, read_json
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.pages.page import parsed
from coupa_async.domain.pages.page_limits import refuse_excess
from coupa_async.runtime.isolated import answer, read_apart

_JSON = ("{", "[")


async def try_parsing(text: str, bounds: Bounds) -> str:
    """Try to parse a page, or an answer of the API.

    Returns:
        Why it cannot be parsed within bounds; empty if it can.
    """
    given = text.encode("utf-8", "replace")
    arguments = [str(bounds.parse_s), str(bounds.parse_memory_bytes), str(bounds.page_depth)]
    done, _ = await read_apart(__name__, arguments, within_s=bounds.parse_s, given=given)
    limit = f"{bounds.parse_s:g} s or over {bounds.parse_memory_bytes >> 20:,} MB of memory"
    return "" if done else f"parsing it takes over {limit}"  # a parser without memory dies without a word, too


def _parse(text: str, depth: int) -> bytes:
    if text.lstrip()[:1] in _JSON:
        try:
            read_json(text)
        except NotJsonError:
            return b"no JSON"
        return b"JSON"
    try:
        refuse_excess(text, "", Bounds(page_depth=depth, page_bytes=len(text)))
    except ExcessivePageError:
        return b"refused"  # by whoever asked, in its own words
    parsed(text)
    return b"HTML"


def _main(within_s: str, memory_bytes: str, depth: str) -> int:
    def read() -> bytes:
        return _parse(sys.stdin.buffer.read().decode("utf-8", "replace"), int(depth))

    return answer(read, within_s=float(within_s), known=(), memory_bytes=int(memory_bytes))


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
