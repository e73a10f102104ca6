"""What is different on Windows and macOS, with the system told as an argument."""

from __future__ import annotations

import errno
import logging
import sys
from pathlib import Path

import pytest

from coupa_async.services.files.download_mark import mark_as_downloaded
from coupa_async.services.files.long_path import extended, long_path

URL = "https://tenant.example.com/attachment/attachment_file/type/5/a.pdf?supplier_view_key=secret"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a"
    path.write_bytes(b"whole")
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="a file of that name is a stream there")
def test_windows_is_told_the_zone_and_the_origin_and_no_key(file: Path) -> None:
    mark_as_downloaded(file, URL, platform="win32")
    mark = Path(f"{file}:Zone.Identifier").read_bytes()
    assert mark == b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://tenant.example.com/\r\n"
    assert file.read_bytes() == b"whole"


def test_macos_is_told_by_the_quarantine_attribute(file: Path) -> None:
    told: list[tuple[Path, str, bytes]] = []
    mark_as_downloaded(file, URL, platform="darwin", set_attribute=lambda *given: told.append(given))
    ((path, name, value),) = told
    assert (path, name) == (file, "com.apple.quarantine")
    flags, stamp, agent, _ = value.decode().split(";")
    assert (flags, agent, int(stamp, 16) > 1_700_000_000) == ("0081", "coupa-async", True)


@pytest.mark.skipif(sys.platform != "darwin", reason="asks macOS itself")
def test_the_attribute_is_really_set(file: Path) -> None:
    import subprocess

    mark_as_downloaded(file, URL)
    assert "com.apple.quarantine" in subprocess.run(["xattr", file], capture_output=True, text=True, check=True).stdout


def test_linux_files_stay_as_they_are(file: Path) -> None:
    mark_as_downloaded(file, URL, platform="linux")
    assert [item.name for item in file.parent.iterdir()] == ["a"]


def test_a_file_system_without_marks_costs_a_line_in_the_log(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(path: Path, name: str, value: bytes) -> None:
        raise OSError(errno.ENOTSUP, "not supported")

    caplog.set_level(logging.INFO)
    mark_as_downloaded(file, URL, platform="darwin", set_attribute=refuse)
    assert "could not be marked" in caplog.text


@pytest.mark.parametrize(
    ("plain", "long"),
    [
        (r"C:\PO\out", r"\\?\C:\PO\out"),
        ("C:/PO/out", r"\\?\C:\PO\out"),
        (r"\\server\share\out", r"\\?\UNC\server\share\out"),
        (r"\\?\C:\PO\out", r"\\?\C:\PO\out"),
    ],
)
def test_windows_takes_long_paths_in_their_extended_form(plain: str, long: str) -> None:
    assert extended(plain) == long


def test_elsewhere_a_path_stays_as_it_is() -> None:
    assert long_path(Path("out"), platform="linux") == Path("out")
    assert str(long_path(Path("out"), platform="win32")).startswith("\\\\?\\")
