"""How a driver is started, on POSIX and on Windows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backends import open_backend
from backends.browser.chromium import Browser, BrowserOptions
from backends.selenium import service as services
from coupa_async.domain.errors import LaunchError
from coupa_async.ports import Profile
from coupa_async.runtime.processes import apart


def test_a_process_of_ours_is_out_of_the_reach_of_ctrl_c_on_each_system() -> None:
    assert apart(platform="linux") == apart(platform="darwin") == {"start_new_session": True}
    assert apart(platform="win32") == {"creationflags": 0x200}
    if sys.platform == "win32":
        assert apart() == {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}


def test_a_driver_is_started_apart_with_temporary_files_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(services, "apart", lambda: apart(platform="win32"))
    browser = Browser(path=Path(sys.executable), channel="chrome")
    service = services.service_of(browser, BrowserOptions(driver_path=Path(sys.executable)), tmp_path)
    assert service.creation_flags == 0x200
    assert {service.env[name] for name in ("TMPDIR", "TEMP", "TMP")} == {str(tmp_path)}
    assert "creationflags" not in service.popen_kw


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform == "win32", reason="the driver is a script here")
@pytest.mark.parametrize("code", ["exit 127", "kill -9 $$", "echo '{}' && exit 1"])
async def test_a_driver_of_playwrights_that_does_not_start_is_no_traceback(
    code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\n{code}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
    backend = open_backend("playwright", BrowserOptions(browser_path=Path(sys.executable)))
    with pytest.raises(LaunchError, match="Playwright's driver did not start"):
        async with backend.session(Profile(name="worker-1", directory=tmp_path / "profile")):
            pytest.fail("there is no browser")
