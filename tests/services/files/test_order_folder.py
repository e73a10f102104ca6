"""The folder of one order in work: nothing staged is ever replaced, and nothing kept by another attachment."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.errors import BrokenDownloadError, CutDownloadError, FileInUseError
from coupa_async.domain.files.naming import fold, safe_name, unique_name
from coupa_async.services.files.order_folder import OrderFolder, write_part
from tests.services.conftest import LINKS, POSIX

any_text = st.text(st.characters(exclude_categories=[])) | st.text("./\\:6.part CON", max_size=300)


@pytest.fixture
def folder(tmp_path: Path) -> OrderFolder:
    work = tmp_path / "PO1__WORK"
    work.mkdir()
    return OrderFolder(tmp_path, work, lambda _: None)


def staged(folder: OrderFolder, attachment_id: str, data: bytes) -> Path:
    part = folder.part(attachment_id)
    write_part(part, data)
    return part


@pytest.mark.parametrize("name", ["6.part", ".6.part", "_.6.part", "6"])
def test_no_final_name_replaces_what_is_staged(folder: OrderFolder, name: str) -> None:
    five, six = staged(folder, "5", b"of five"), staged(folder, "6", b"of six")
    folder.keep(five, safe_name(name, fallback="x"), 7)
    assert six.read_bytes() == b"of six"
    folder.keep(six, "b.pdf", 6)
    assert (folder.path / "b.pdf").read_bytes() == b"of six"
    assert (folder.path / safe_name(name, fallback="x")).read_bytes() == b"of five"


@given(any_text)
def test_no_safe_name_is_that_of_something_staged(text: str) -> None:
    name = safe_name(text, fallback="fallback")
    assert not name.startswith(".")
    assert not unique_name(name, {fold(name)}).startswith(".")


@given(st.lists(any_text, unique=True, max_size=12))
def test_every_attachment_has_a_part_of_its_own_on_every_disk(ids: list[str]) -> None:
    folder = OrderFolder(Path("/out"), Path("/out/PO1__WORK"))
    parts = [folder.part(item) for item in ids]
    assert len({fold(part.name) for part in parts}) == len(ids)
    assert [folder.part(item) for item in ids] == parts
    for part in parts:
        assert part.parent == folder.path
        assert part.name.startswith(".")
        assert part.suffix == ".part"
        assert len(part.name.encode()) <= 200


def test_the_id_of_one_attachment_is_the_part_of_another(folder: OrderFolder) -> None:
    parts = [folder.part(item) for item in ("6", "6.part", "a", "A", "6/1", "6-1")]
    assert len({fold(part.name) for part in parts}) == len(parts)


def test_a_name_that_another_attachment_was_kept_under_is_refused(folder: OrderFolder) -> None:
    folder.keep(staged(folder, "5", b"five"), "a.pdf")
    for name in ("a.pdf", "A.PDF"):
        with pytest.raises(BrokenDownloadError, match="taken"):
            folder.keep(staged(folder, "6", b"six"), name)
    assert (folder.path / "a.pdf").read_bytes() == b"five"


def test_a_file_of_an_earlier_run_is_replaced(folder: OrderFolder) -> None:
    (folder.path / "a.pdf").write_bytes(b"old")
    folder.keep(staged(folder, "5", b"new"), "a.pdf", 3)
    assert (folder.path / "a.pdf").read_bytes() == b"new"


def test_a_part_that_is_not_what_was_verified_is_not_kept(folder: OrderFolder) -> None:
    with pytest.raises(CutDownloadError, match="2 bytes, where 3 were verified"):
        folder.keep(staged(folder, "5", b"xx"), "a.pdf", 3)
    assert not (folder.path / "a.pdf").exists()


@LINKS
def test_a_link_in_the_place_of_a_part_is_not_written_through(folder: OrderFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("theirs")
    folder.part("5").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        write_part(folder.part("5"), b"ours")
    with pytest.raises(BrokenDownloadError):
        folder.keep(folder.part("5"), "a.pdf")
    assert (tmp_path / "elsewhere").read_text() == "theirs"


@POSIX
def test_what_is_kept_is_the_users_alone_even_if_a_browser_wrote_it(folder: OrderFolder) -> None:
    part = folder.part("5")
    part.write_bytes(b"x")
    part.chmod(0o666)
    if stat.S_IMODE(part.stat().st_mode) != 0o666:
        pytest.skip("a disk that knows no modes")
    folder.keep(part, "a.pdf")
    assert stat.S_IMODE((folder.path / "a.pdf").stat().st_mode) == 0o600


class Viewer:
    """Holds what is renamed or removed for so many tries."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tries: int) -> None:
        self.left = tries
        for name in ("replace", "unlink"):
            monkeypatch.setattr(Path, name, self._held(getattr(Path, name)))

    def _held(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(path: Path, *words: object, **more: object) -> object:
            self.left -= 1
            if self.left >= 0:
                raise PermissionError(errno.EACCES, "Permission denied")
            return real(path, *words, **more)

        return call


def test_a_viewer_is_waited_for(folder: OrderFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    part = staged(folder, "5", b"x")
    Viewer(monkeypatch, 20)
    folder.keep(part, "a.pdf")
    assert (folder.path / "a.pdf").read_bytes() == b"x"


def test_a_viewer_that_stays_is_named_as_what_it_is(folder: OrderFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    part = staged(folder, "5", b"x")
    Viewer(monkeypatch, 10_000)
    with pytest.raises(FileInUseError, match=r"a\.pdf.*is it open in another program\?"):
        folder.keep(part, "a.pdf")
    with pytest.raises(FileInUseError, match=r"5\.part.*is it open in another program\?"):
        folder.discard(part)


def test_bytes_that_cannot_be_synced_are_kept_all_the_same(
    folder: OrderFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = staged(folder, "5", b"x")

    def fsync(handle: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", fsync)
    folder.keep(part, "a.pdf")
    assert (folder.path / "a.pdf").exists()
