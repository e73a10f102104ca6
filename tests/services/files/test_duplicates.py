"""Equal files as links: only what is equal still, and there is a whole file under each name at any time."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from coupa_async.services.files.duplicates import Linked, link_duplicates


@pytest.fixture
def with_links(tmp_path: Path) -> None:
    """Leave the test out where the disk has no links, as exFAT has none."""
    probe, link = tmp_path / "probe", tmp_path / "link"
    probe.touch()
    try:
        for make in (link.hardlink_to, link.symlink_to):
            make(probe)
            link.unlink()
    except OSError as error:
        pytest.skip(f"this disk has no links: {error.strerror}")
    finally:
        probe.unlink()


def files(folder: Path, *contents: bytes) -> list[Path]:
    paths = [folder / f"PO{number}" / "a.pdf" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.parent.mkdir()
        path.write_bytes(content)
    return paths


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.usefixtures("with_links")
def test_equal_files_become_one_and_a_second_time_there_is_nothing_to_do(tmp_path: Path) -> None:
    paths = files(tmp_path, b"same", b"same", b"same")
    assert link_duplicates([(digest(b"same"), paths)]) == Linked(2, 8)
    assert paths[0].samefile(paths[1])
    assert paths[0].samefile(paths[2])
    assert [path.read_bytes() for path in paths] == [b"same"] * 3
    assert link_duplicates([(digest(b"same"), paths)]) == Linked()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.pdf"] * 3


@pytest.mark.usefixtures("with_links")
def test_a_file_that_was_edited_or_removed_since_is_left_alone(tmp_path: Path) -> None:
    paths = files(tmp_path, b"edited", b"same", b"gone", b"same")
    paths[2].unlink()
    assert link_duplicates([(digest(b"same"), paths)]) == Linked(1, 4)
    assert paths[0].read_bytes() == b"edited"
    assert not paths[2].exists()


@pytest.mark.usefixtures("with_links")
def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    paths = files(tmp_path, b"same", b"same")
    outside = tmp_path / "outside"
    outside.write_bytes(b"same")
    paths[1].unlink()
    paths[1].symlink_to(outside)
    assert link_duplicates([(digest(b"same"), paths)]) == Linked()
    assert paths[1].is_symlink()


def test_a_disk_without_hard_links_keeps_the_copies_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = files(tmp_path, b"same", b"same", b"same")

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert link_duplicates([(digest(b"same"), paths)]) == Linked(0, 0, "Operation not permitted")
    assert [path.read_bytes() for path in paths] == [b"same"] * 3
