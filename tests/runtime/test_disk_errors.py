"""What disks answer: held files waited for, full disks told from held files, links refused, two spellings of a file."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from coupa_async.domain.errors import BrokenDownloadError, CoupaError, FileInUseError, OutputError, StorageError
from coupa_async.runtime.disk_errors import (
    is_same,
    make_folders,
    patiently,
    private,
    refuse_link,
    shown,
    translate_os_error,
    translate_os_errors,
)

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")


class Held:
    """A call that is refused so many times."""

    def __init__(self, times: int, code: int = errno.EACCES) -> None:
        self.left = times
        self.code = code
        self.waits_s: list[float] = []

    def __call__(self) -> str:
        self.left -= 1
        if self.left >= 0:
            raise OSError(self.code, os.strerror(self.code))
        return "done"


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY])
def test_what_another_program_holds_is_waited_for(code: int) -> None:
    held = Held(20, code)
    assert patiently(held, sleep=held.waits_s.append) == "done"
    assert len(held.waits_s) == 20
    assert sum(held.waits_s) < 5


def test_the_wait_ends_after_some_seconds_and_tens_of_tries() -> None:
    held = Held(10_000)
    with pytest.raises(PermissionError):
        patiently(held, sleep=held.waits_s.append)
    assert 20 < len(held.waits_s) < 100
    assert 3 < sum(held.waits_s) < 10


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.ENOENT])
def test_no_other_error_is_waited_for(code: int) -> None:
    held = Held(1, code)
    with pytest.raises(OSError, match=os.strerror(code)):
        patiently(held, sleep=held.waits_s.append)
    assert held.waits_s == []


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_sharing_violation_of_windows_is_a_held_file(code: int, tmp_path: Path) -> None:
    error = OSError(errno.EINVAL, "The process cannot access the file")
    error.winerror = code  # type: ignore[attr-defined, unused-ignore]
    assert isinstance(translate_os_error(error, tmp_path / "a.pdf"), FileInUseError)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.EACCES, FileInUseError, r"a\.pdf.*is it open in another program\?"),
        (errno.EBUSY, FileInUseError, r"a\.pdf.*is it open in another program\?"),
        (errno.ENOSPC, StorageError, r"a\.pdf.*free space"),
        (errno.EDQUOT, StorageError, "free space"),
        (errno.EROFS, StorageError, "then run again"),
        (errno.EIO, StorageError, "then run again"),
        (errno.ENAMETOOLONG, BrokenDownloadError, "too long"),
    ],
)
def test_each_answer_is_told_for_what_it_is(code: int, kind: type[CoupaError], words: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=words) as caught, translate_os_errors(tmp_path / "a.pdf"):
        raise OSError(code, os.strerror(code))
    assert type(caught.value) is kind
    assert "disk full" not in str(caught.value)


def test_a_folder_that_takes_nothing_from_us_is_not_said_to_be_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "name", "posix")
    error = translate_os_error(PermissionError(errno.EACCES, "Permission denied"), tmp_path / "a.pdf")
    assert isinstance(error, StorageError)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\\?\C:\out\a.pdf", r"C:\out\a.pdf"),
        (r"\\?\UNC\server\share\a.pdf", r"\\server\share\a.pdf"),
        ("/out/a.pdf", "/out/a.pdf"),
    ],
)
def test_a_path_is_shown_as_the_user_knows_it(text: str, plain: str) -> None:
    class Windows:
        def __str__(self) -> str:
            return text

    assert shown(Windows()) == plain  # type: ignore[arg-type]


@POSIX
def test_a_link_in_the_place_of_a_file_of_ours_is_refused_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("theirs")
    (tmp_path / "run.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match=r"run\.log: is a link"):
        refuse_link(tmp_path / "run.log")
    refuse_link(tmp_path / "elsewhere")
    refuse_link(tmp_path / "nowhere")
    with pytest.raises(OSError, match="symbolic"):
        os.close(private(str(tmp_path / "run.log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
    assert (tmp_path / "elsewhere").read_text() == "theirs"


@POSIX
def test_what_is_made_is_the_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_folders(tmp_path / "a" / "b" / "c")
        make_folders(tmp_path / "a" / "b" / "c")
        os.close(private(str(tmp_path / "a" / "f"), os.O_WRONLY | os.O_CREAT))
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", *(tmp_path / "a").rglob("*"))}
    assert modes == {"a": 0o700, "b": 0o700, "c": 0o700, "f": 0o600}


def test_two_spellings_are_one_folder_only_where_the_disk_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Acme" / "PO1__WORK").mkdir(parents=True)
    upper, as_made = tmp_path / "ACME" / "PO1__WORK", tmp_path / "Acme" / "PO1__WORK"
    if upper.exists():  # a case-insensitive disk
        assert is_same(upper, as_made)
        return
    assert not is_same(upper, as_made)
    upper.mkdir(parents=True)
    assert not is_same(upper, as_made)
    assert is_same(as_made, as_made)
    # As FUSE's exFAT says it: both spellings are there, with numbers of their own, and one is listed.
    monkeypatch.setattr(Path, "iterdir", lambda self: iter([self / "Acme"]))
    assert is_same(upper, as_made)
