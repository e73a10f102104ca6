"""The direct lane's User-Agent: that of the installed browser, so that the tenant sees the same from both."""

from __future__ import annotations

import json
import time
from pathlib import Path

from backends.browser.chromium import Browser, BrowserOptions, find_browser
from backends.browser.storage_state import replace_private
from backends.browser.versions import browser_version
from backends.direct.connection import user_agent
from coupa_async.domain.errors import BrowserMissingError

# What a browser without a version of its own to tell is taken for.
_USUAL_VERSION = "140"
_GOOD_FOR_S = 86_400.0  # what starts a browser may stay as it is when the browser is renewed


async def agent_of(options: BrowserOptions, state: Path | None) -> str:
    """Return the User-Agent of the installed browser.

    Finding its version takes long, so the answer is kept for a day.

    Args:
        options: Where the browser is.
        state: The storage state; the answer is kept beside it. ``None`` keeps none.
    """
    try:
        browser = find_browser(options)
    except BrowserMissingError:
        return user_agent(options.channel, _USUAL_VERSION)
    kept = None if state is None else state.with_name("browser.json")
    version = await browser_version(browser.path) if kept is None else await _kept(browser, kept)
    return user_agent(browser.channel, version or _USUAL_VERSION)


async def _kept(browser: Browser, answers: Path) -> str:
    key = [str(browser.path), browser.path.stat().st_mtime_ns]
    try:
        kept = json.loads(answers.read_text())  # noqa: ASYNC240 - a line
        if kept["of"] == key and 0 <= time.time() - kept["at_s"] < _GOOD_FOR_S:
            return str(kept["text"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none is kept yet, or none that can be read: the browser knows
    text = await browser_version(browser.path)
    if text:
        replace_private(answers, json.dumps({"of": key, "at_s": time.time(), "text": text}))
    return text
