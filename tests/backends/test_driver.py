"""How a driver is started, on POSIX and on Windows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backends import driver
from backends.chromium import Browser, BrowserOptions
from coupa_async.processes import apart


def test_a_process_of_ours_is_out_of_the_reach_of_ctrl_c_on_each_system() -> None:
    assert apart(platform="linux") == apart(platform="darwin") == {"start_new_session": True}
    assert apart(platform="win32") == {"creationflags": 0x200}
    if sys.platform == "win32":
        assert apart() == {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}


def test_a_driver_is_started_apart_with_temporary_files_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(driver, "apart", lambda: apart(platform="win32"))
    browser = Browser(path=Path(sys.executable), channel="chrome")
    service = driver.service_of(browser, BrowserOptions(driver_path=Path(sys.executable)), tmp_path)
    assert service.creation_flags == 0x200
    assert {service.env[name] for name in ("TMPDIR", "TEMP", "TMP")} == {str(tmp_path)}
    assert "creationflags" not in service.popen_kw
