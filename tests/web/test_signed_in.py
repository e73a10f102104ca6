"""Whether we are signed in: Start, Sign in and the command line say the same of one tenant."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.cli.main import main
from tests.e2e.conftest import served
from tests.web.conftest import serving


@pytest.mark.parametrize(("mode", "is_in"), [("none", True), ("form", False)])
def test_start_and_sign_in_and_login_status_say_the_same(
    tmp_path: Path, own_settings: Path, monkeypatch: pytest.MonkeyPatch, mode: str, is_in: bool
) -> None:
    with served() as site:
        site.ask("sign-in", {"mode": mode})
        address = site.where["base_url"]
        with serving(tmp_path, COUPA_BASE_URL=address) as app:
            window = app.enter()
            for _ in range(2):  # what the first question leaves behind does not change the second answer
                assert ("Signed in to" in window.get("/sign-in/state").text) is is_in
                assert ("signed out" not in window.get("/start/checks").text) is is_in
        monkeypatch.setenv("COUPA_BASE_URL", address)
        assert main(["login", "--status"]) == (0 if is_in else 3)
