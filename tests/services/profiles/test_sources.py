"""The user's own profile: copied from, never opened, never written."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO

import pytest

from coupa_async.domain.errors import ProfileError
from coupa_async.services.profiles.locations import refuse_default
from coupa_async.services.profiles.profiles import SourceProfile, base_profile, run_profiles
from tests.services.conftest import KEPT, POSIX, fill, names, tree
from tests.systems import LOCKS


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", ".config/microsoft-edge"),
        ("linux", ".config/google-chrome"),
        ("linux", ".config/chromium"),
        ("linux", ".config/microsoft-edge/Default"),
        ("darwin", "Library/Application Support/Microsoft Edge"),
        ("darwin", "library/application support/google/chrome"),
        ("win32", "AppData/Local/Microsoft/Edge/User Data"),
        ("win32", "appdata/local/microsoft/edge/user data/Profile 1"),
        ("win32", "AppData/Local/Google/Chrome/User Data"),
    ],
)
def test_the_browsers_own_profile_is_refused(tmp_path: Path, platform: str, place: str) -> None:  # P2
    with pytest.raises(ProfileError, match="the browser's own"):
        refuse_default(tmp_path / place, platform=platform, home=tmp_path)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("place", [".local/share/coupa-async/profiles", ".config/microsoft-edge-of-ours", ".config"])
def test_a_directory_of_our_own_is_not_refused(tmp_path: Path, platform: str, place: str) -> None:  # P2
    refuse_default(tmp_path / place, platform=platform, home=tmp_path)


@POSIX
def test_a_link_to_the_browsers_own_profile_is_refused(tmp_path: Path) -> None:  # P2
    (tmp_path / ".config/chromium").mkdir(parents=True)
    (tmp_path / "ours").symlink_to(tmp_path / ".config/chromium")
    with pytest.raises(ProfileError, match="the browser's own"):
        refuse_default(tmp_path / "ours", platform="linux", home=tmp_path)


@POSIX
def test_profiles_are_never_kept_in_the_browsers_own(  # P2
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    place = "Library/Application Support/Chromium" if sys.platform == "darwin" else ".config/chromium"
    for make in (run_profiles, base_profile):
        with pytest.raises(ProfileError, match="the browser's own"), make(tmp_path / place, tmp_path / "state.json"):
            pytest.fail("it was made")
    assert names(tmp_path) == []


def user_profile(folder: Path) -> SourceProfile:
    files = {name.replace("Default", "Profile 7"): text for name, text in KEPT.items()}
    return SourceProfile(directory=fill(folder / "edge", files | {"Default/Preferences": "another"}), name="Profile 7")


@POSIX
def test_a_profile_of_the_user_is_copied_while_a_browser_has_it_open_and_stays_as_it_was(  # P2
    root: Path, tmp_path: Path
) -> None:
    source = user_profile(tmp_path)
    (source.directory / "SingletonLock").symlink_to(f"host-{os.getpid()}")
    before = tree(source.directory)
    stamps = {path: path.lstat().st_mtime_ns for path in [source.directory, *source.directory.rglob("*")]}
    with run_profiles(root, tmp_path / "state.json", source=source) as profiles:
        clone = profiles.clone("worker-1").directory
        assert profiles.warnings == []
    assert not clone.exists()
    copied = tree(root / "base")
    assert json.loads(copied.pop("Local State")) == {"os_crypt": {"encrypted_key": "k"}}
    assert copied == {name: text.encode() for name, text in KEPT.items() if name != "Local State"}
    assert tree(source.directory) == before
    assert {path: path.lstat().st_mtime_ns for path in [source.directory, *source.directory.rglob("*")]} == stamps


def test_the_base_is_copied_afresh_so_that_a_new_sign_in_counts(root: Path, base: Path, tmp_path: Path) -> None:
    source = user_profile(tmp_path)
    (base / "Default" / "Old").write_text("x")
    (source.directory / "Profile 7" / "Network" / "Cookies").write_text("newer")
    with run_profiles(root, tmp_path / "state.json", source=source) as profiles:
        clone = tree(profiles.clone("worker-1").directory)
    assert clone["Default/Network/Cookies"] == b"newer"
    assert "Default/Old" not in clone


def test_what_an_open_browser_locks_is_left_out_and_said(  # P2
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, opened = user_profile(tmp_path), Path.open

    def refuse(path: Path, *words: str, **more: str) -> IO[str]:
        if path.name == "Cookies" and path.is_relative_to(source.directory):
            raise PermissionError(13, "used by another process", str(path))
        return opened(path, *words, **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(Path, "open", refuse)
    with run_profiles(root, tmp_path / "state.json", source=source) as profiles:
        assert "Default/Network/Cookies" not in tree(profiles.clone("worker-1").directory)
        (warning,) = profiles.warnings
    assert str(source.directory) in warning
    assert "Network/Cookies" in warning


@pytest.mark.parametrize("name", ["Profile 9", "Local State"])
def test_a_profile_of_the_user_that_cannot_be_read_is_refused_in_one_line(  # P2
    root: Path, base: Path, tmp_path: Path, name: str
) -> None:
    before = tree(base)
    source = SourceProfile(directory=user_profile(tmp_path).directory, name=name)
    with pytest.raises(ProfileError, match=f"EDGE_PROFILE_NAME={name}"), run_profiles(root, base, source=source):
        pytest.fail("it was made")
    assert tree(base) == before
    assert names(root) == ["base", *LOCKS]


def test_a_profile_of_ours_is_no_source(root: Path, base: Path) -> None:  # P2
    with pytest.raises(ProfileError, match="of ours already"):
        SourceProfile(directory=base).check(root)
