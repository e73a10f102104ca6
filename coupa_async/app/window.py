"""Opens the page in a window of its own where the user's browser can do that, else in a tab."""

from __future__ import annotations

import webbrowser

from anyio import to_thread

from coupa_async.domain.errors import CoupaError
from coupa_async.runtime.desktop import start_program


async def open_window(address: str) -> bool:
    """Open an address of this machine's. Returns whether some browser was started."""
    # A browser library takes a third of a second, which the page's own start need not wait for.
    from backends.browser.chromium import BrowserOptions, find_browser, runs_as_root

    if not runs_as_root():  # for whom Chromium's sandbox does not start
        try:
            browser = await to_thread.run_sync(find_browser, BrowserOptions())
        except CoupaError:
            browser = None
        if browser is not None and await start_program([str(browser.path), f"--app={address}"]):
            return True
    return await to_thread.run_sync(webbrowser.open, address)
