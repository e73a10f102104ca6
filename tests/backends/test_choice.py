"""Which backend, and whether its browser may be automated."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

import backends
from backends.browser.chromium import BrowserOptions, find_browser
from backends.browser.policies import forbidding_policy
from backends.fake.backend import FakeBackend, FakeSession
from coupa_async.domain.errors import BrowserMissingError, SettingsError
from coupa_async.ports import Document


def elsewhere(options: BrowserOptions) -> FakeBackend:
    """A backend as another package would bring it."""
    return FakeBackend(_answer)


def _answer(url: str, session: FakeSession) -> Document:
    return Document(url=url, html="")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = EntryPoint(name="theirs", value="tests.backends.test_choice:elsewhere", group=backends.GROUP)
    monkeypatch.setattr(backends, "entry_points", lambda *, group: EntryPoints([theirs]).select(group=group))


def test_a_backend_of_another_package_is_found_by_its_entry_point(installed: None) -> None:
    assert isinstance(backends.open_backend("theirs", BrowserOptions()), FakeBackend)


def test_an_unknown_backend_lists_the_known_ones(installed: None) -> None:
    with pytest.raises(SettingsError, match="'netscape' is not known: choose one of playwright, selenium, theirs"):
        backends.open_backend("netscape", BrowserOptions())


@pytest.mark.skipif(sys.platform == "win32", reason="policies are in the registry there")
@pytest.mark.parametrize(("value", "forbids"), [(False, True), (0, True), (True, False), ("no", False)])
@pytest.mark.parametrize("channel", ["msedge", "chrome", "chromium"])
def test_a_policy_against_automation_is_found(tmp_path: Path, channel: str, value: object, forbids: bool) -> None:
    folder = {"msedge": "etc/opt/edge", "chrome": "etc/opt/chrome", "chromium": "etc/chromium"}[channel]
    file = tmp_path / folder / "policies" / "managed" / "it.json"
    file.parent.mkdir(parents=True)
    file.with_name("broken.json").write_text("{")
    file.write_text(json.dumps({"RemoteDebuggingAllowed": value}))
    assert forbidding_policy(channel, root=tmp_path) == (str(file) if forbids else "")


def test_a_browser_that_a_policy_forbids_is_refused_with_the_policy_and_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "msedge"
    browser.touch()
    monkeypatch.setattr(
        "backends.browser.chromium.forbidding_policy", lambda channel: "/etc/opt/edge/policies/managed/it.json"
    )
    with pytest.raises(BrowserMissingError, match=r"it\.json sets RemoteDebuggingAllowed=0: ask your administrator"):
        find_browser(BrowserOptions(browser_path=browser))


def test_a_library_that_is_not_installed_is_told_before_anything_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    with pytest.raises(BrowserMissingError, match=r"pip install 'coupa-async\[selenium\]'"):
        backends.open_backend("selenium", BrowserOptions())


def test_a_library_is_not_imported_before_a_session_begins() -> None:
    code = (
        "import sys, backends; from backends.browser.chromium import BrowserOptions;"
        "backends.open_backend('playwright', BrowserOptions()); print('playwright' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
