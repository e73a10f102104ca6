"""What ``login`` says of a Coupa that cannot be asked, and of a window that was closed."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from coupa_async.app import sign_in
from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.errors import SessionLostError, SignInError
from coupa_async.domain.events import Event
from tests.cli.test_bad_input import SOME_BROWSER, coupa


def test_a_network_that_fails_is_4_and_not_a_sign_in_that_is_missing(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"cookies": [], "origins": []}')
    nobody = "http://127.0.0.1:9"
    done = coupa(tmp_path, "login", "--status", COUPA_BASE_URL=nobody, COUPA_STORAGE_STATE=str(state), **SOME_BROWSER)
    assert done.returncode == 4, done.stderr
    assert "check network" in done.stderr


def test_a_window_that_was_closed_is_told_without_a_library_s_text(monkeypatch: pytest.MonkeyPatch) -> None:
    async def closed(_: Settings, __: object) -> None:
        raise SessionLostError("Target page, context or browser has been closed\nCall log: …")

    def notify(event: Event, /) -> None:
        pass

    monkeypatch.setattr(sign_in, "sign_in_by_hand", closed)
    monkeypatch.setattr(sign_in, "has_screen", lambda *_: True)
    with pytest.raises(SignInError, match="window was closed") as caught:
        anyio.run(sign_in.sign_in, Settings.read(base_url="https://acme.example"), notify)
    assert "Target" not in str(caught.value)
