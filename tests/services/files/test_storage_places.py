"""What stands where the output goes: links, files, other runs, and who may read it."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

import pytest

from coupa_async.domain.errors import OutputError, StorageError
from coupa_async.domain.outcome import Outcome
from coupa_async.services.files.storage import Storage
from tests.services.conftest import LINKS
from tests.services.files.conftest import ORDER, finish, result


@LINKS
def test_a_link_out_of_the_output_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ACME").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="outside"):
        Storage(tmp_path / "out").begin(ORDER, "ACME")


def test_a_file_in_the_place_of_the_output_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="-o"):
        Storage(tmp_path / "out").prepare()


@LINKS
@pytest.mark.parametrize("name", ["PO1__WORK", "PO1_PARTIAL"])
def test_an_orders_folder_that_is_a_link_is_refused(storage: Storage, tmp_path: Path, name: str) -> None:
    outside = tmp_path.parent / f"{tmp_path.name} outside"
    outside.mkdir()
    (outside / "theirs.part").touch()
    (tmp_path / "ACME").mkdir()
    (tmp_path / "ACME" / name).symlink_to(outside)
    with storage.held(), pytest.raises(StorageError, match="is a link"):
        storage.begin(ORDER, "ACME")
    assert [path.name for path in outside.iterdir()] == ["theirs.part"]


@LINKS
def test_a_link_that_stays_within_the_output_folder_is_refused_too(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "Other").mkdir()
    (tmp_path / "ACME").symlink_to(tmp_path / "Other")
    with pytest.raises(StorageError, match="is a link"):
        storage.begin(ORDER, "ACME")


@LINKS
@pytest.mark.parametrize(
    "name",
    [".coupa-async.lock", "journal.sqlite3", "journal.sqlite3-wal", "run.log", "report.html", "snapshots"],
)
def test_a_link_where_a_file_of_ours_goes_is_refused_at_the_start(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match=f"{name}: is a link"):
        Storage(tmp_path / "out").prepare()
    assert not (tmp_path / "elsewhere").exists()


@LINKS
def test_the_output_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    storage = Storage(tmp_path / "out")
    storage.prepare()
    with storage.held():
        finish(storage, Outcome.COMPLETED)
    assert (tmp_path / "real" / "ACME" / "PO1_COMPLETED" / "a.pdf").exists()


@pytest.mark.parametrize("folder", ["../elsewhere", "/elsewhere", "ACME/../../elsewhere"])
def test_a_journal_that_names_a_place_outside_is_not_believed(storage: Storage, tmp_path: Path, folder: str) -> None:
    with pytest.raises(StorageError, match="outside"):
        storage.settle(result(folder))
    with pytest.raises(StorageError, match="outside"):
        storage.begin(ORDER, "ACME", folder)


@pytest.mark.usefixtures("no_umask")
def test_folders_and_files_are_the_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "out")
    storage.prepare()
    with storage.held():
        finish(storage, Outcome.COMPLETED)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    folders = dict.fromkeys(("out", "ACME", "PO1_COMPLETED"), 0o700)
    assert modes == folders | dict.fromkeys((".coupa-async.lock", "a.pdf"), 0o600)


def test_a_second_run_in_the_folder_is_refused_where_there_are_no_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    storage = Storage(tmp_path)
    with storage.held():
        assert len(storage.warnings) == 1
        assert "no locks (No locks available)" in storage.warnings[0]
        with pytest.raises(OutputError, match="another run"), Storage(tmp_path).held():
            pytest.fail("two runs at once")
    with Storage(tmp_path).held():
        pass


@LINKS
def test_a_link_in_the_place_of_the_lock_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / ".coupa-async.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="is a link"), Storage(tmp_path).held():
        pytest.fail("it was followed")
    assert not (tmp_path / "elsewhere").exists()
