"""Selenium's connection to its driver, when it ends in the middle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backends.browser.chromium import BrowserOptions
from backends.selenium.backend import open_backend
from coupa_async.domain.errors import SessionLostError
from coupa_async.ports import Profile

pytestmark = pytest.mark.anyio
OPTIONS = BrowserOptions(page_timeout_s=3.0, close_timeout_s=3.0)


@pytest.mark.browser
async def test_a_connection_that_is_closed_is_a_lost_session(tmp_path: Path) -> None:
    with pytest.raises(SessionLostError, match="closed"):
        async with open_backend(OPTIONS).session(Profile(name="w", directory=tmp_path / "profile")) as session:
            its: Any = session
            its._bidi.driver._websocket_connection._ws.close()
            await session.cookies()
