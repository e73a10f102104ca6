"""How the journal's file is opened: on disks that have all that SQLite wants, and on those that have not."""

from __future__ import annotations

import errno
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from coupa_async.domain.errors import OutputError
from coupa_async.services.records import database
from coupa_async.services.records.database import on_network, open_database, paged
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import Journal
from tests.services.conftest import LINKS, POSIX


def mode(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def test_a_local_disk_has_a_write_ahead_log(tmp_path: Path) -> None:
    opened = open_database(tmp_path / "j", is_remote=lambda _: False)
    with closing(opened.connection) as connection:
        assert (mode(connection), opened.warning) == ("wal", "")


def test_a_network_disk_has_none_and_that_is_said(tmp_path: Path) -> None:
    opened = open_database(tmp_path / "j", is_remote=lambda _: True)
    with closing(opened.connection) as connection:
        assert mode(connection) == "delete"
        connection.execute("CREATE TABLE t (x)")
    assert "network disk" in opened.warning
    assert not (tmp_path / "j-wal").exists()


def test_a_journal_that_moves_to_a_network_disk_goes_on_there(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "j", is_remote=lambda _: False).connection) as connection:
        connection.execute("CREATE TABLE t (x)")
    opened = open_database(tmp_path / "j", is_remote=lambda _: True)
    with closing(opened.connection) as connection:
        assert mode(connection) == "delete"
        with closing(open_database(tmp_path / "j", is_remote=lambda _: True).connection) as second:
            second.execute("INSERT INTO t VALUES (1)")
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)


class _NoSharedMemory(sqlite3.Connection):
    """SQLite on a disk that cannot map shared memory, in its own words."""

    def execute(self, query: str, *words: Any) -> sqlite3.Cursor:
        if query == "PRAGMA journal_mode=WAL":
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMMAP
            raise error
        return super().execute(query, *words)


def test_what_turns_out_not_to_work_is_done_another_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *words, **more: real(*words, **more, factory=_NoSharedMemory))
    opened = open_database(tmp_path / "j", is_remote=lambda _: False)
    with closing(opened.connection) as connection:
        assert mode(connection) == "delete"
    assert "disk I/O error" in opened.warning


@POSIX
def test_a_disk_without_locks_has_a_file_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    real = database._set_up

    def set_up(connection: sqlite3.Connection, way: database._Way) -> None:
        if not way.vfs:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY  # which is what SQLite makes of ENOLCK
            raise error
        real(connection, way)

    def lockf(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(database, "_set_up", set_up)
    with pytest.raises(sqlite3.OperationalError, match="locked"):  # somebody else's lock, as far as anyone can tell
        open_database(tmp_path / "j")
    monkeypatch.setattr(fcntl, "lockf", lockf)
    monkeypatch.setattr(database, "_DEAD_S", 0.0)
    (tmp_path / "j.lock").mkdir()  # of a killed run
    opened = open_database(tmp_path / "j")
    with closing(opened.connection) as connection:
        connection.execute("CREATE TABLE t (x)")
        with closing(open_database(tmp_path / "j").connection) as second:
            second.execute("INSERT INTO t VALUES (1)")
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
    assert "no file locks" in opened.warning
    assert sorted(path.name for path in tmp_path.iterdir()) == ["j"]


class _Disk(NamedTuple):
    mountpoint: str
    fstype: str
    opts: str = "rw"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX paths")
@pytest.mark.parametrize(
    ("disks", "expected"),
    [
        ([_Disk("/", "ext4")], False),
        ([_Disk("/", "nfs4"), _Disk("{here}", "ext4")], False),
        ([_Disk("/", "ext4"), _Disk("{here}", "cifs")], True),
        ([_Disk("/", "ext4"), _Disk("{here}", "fuse.sshfs")], True),
        ([_Disk("/", "ext4"), _Disk("{here}x", "nfs")], False),
        ([_Disk("/", "NTFS", "rw,remote")], True),
        ([], False),
    ],
)
def test_network_disks_are_known_by_what_the_system_says(
    disks: list[_Disk], expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = str(tmp_path.resolve())
    told = [disk._replace(mountpoint=disk.mountpoint.format(here=here)) for disk in disks]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: told)
    assert on_network(tmp_path / "journal.sqlite3") is expected


@LINKS
@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_a_link_in_the_place_of_any_of_its_files_is_refused(tmp_path: Path, ending: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"journal.sqlite3{ending}").symlink_to(tmp_path / "elsewhere" / "theirs")
    with pytest.raises(OutputError, match="is a link"):
        Journal(tmp_path / "journal.sqlite3")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.usefixtures("no_umask")
def test_its_files_are_the_users_alone_whatever_the_umask(tmp_path: Path) -> None:
    with Journal(tmp_path / "j"), History(tmp_path / "j") as history:
        history.begin(backend="double", lane="browser", workers=1, settings={})
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in tmp_path.iterdir()}
    assert modes == {"j": 0, "j-wal": 0, "j-shm": 0}


def test_a_reader_that_stops_halfway_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PAGE", 3)
    with closing(open_database(tmp_path / "j").connection) as connection:
        connection.execute("CREATE TABLE t (x INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1, 11)])
        query = "SELECT x FROM t WHERE x > ? ORDER BY x LIMIT ?"
        assert [x for (x,) in paged(connection, query, after=0)] == list(range(1, 11))
        half = paged(connection, query, after=0)
        assert next(half) == (1,)
        connection.execute("DROP TABLE t")  # which an open reading of it would forbid
