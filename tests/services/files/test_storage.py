"""Files and folders of orders: each step whole, each kill point mended, exactly one folder an order."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

from coupa_async.domain.errors import BrokenDownloadError, FileInUseError, OutputError, StorageError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.files.order_folder import write_part
from coupa_async.services.files.storage import Storage, inspect
from tests.services.conftest import LINKS, POSIX

ORDER = Order(number=OrderNumber.parse("PO1"))


def result(folder: str, outcome: Outcome = Outcome.COMPLETED) -> OrderResult:
    return OrderResult(number=ORDER.number, outcome=outcome, url="", folder=folder)


def names(root: Path) -> list[str]:
    """Name all that is there; a disk that lists names in small letters is believed to hold what the tests make."""
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    if any(name.startswith("acme") for name in found):
        spelled = ("ACME", "PO1_COMPLETED", "PO1_PARTIAL", "PO1_FAILED", "PO2_FAILED", "PO1__WORK")
        for name in spelled:
            found = [item.replace(name.lower(), name) for item in found]
    return sorted(found)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


def finish(storage: Storage, outcome: Outcome, name: str = "a.pdf", supplier: str = "ACME") -> str:
    folder = storage.begin(ORDER, supplier)
    part = folder.part("5")
    write_part(part, b"x")
    folder.keep(part, name)
    destination = folder.destination(ORDER, outcome, empty_folders=False)
    storage.settle(result(destination, outcome))
    return destination


def test_an_order_ends_in_one_folder_named_by_its_outcome(storage: Storage, tmp_path: Path) -> None:
    assert finish(storage, Outcome.COMPLETED) == "ACME/PO1_COMPLETED"
    assert names(tmp_path) == ["ACME", "ACME/PO1_COMPLETED", "ACME/PO1_COMPLETED/a.pdf"]


def test_the_folder_is_work_until_it_is_settled(storage: Storage, tmp_path: Path) -> None:
    folder = storage.begin(ORDER, "ACME", is_made=False)
    assert names(tmp_path) == []
    assert folder.part("5").relative_to(folder.root) == Path("ACME", "PO1__WORK", ".5.part")


def test_settling_twice_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    destination = finish(storage, Outcome.PARTIAL)
    before = names(tmp_path)
    storage.settle(result(destination, Outcome.PARTIAL))
    assert names(tmp_path) == before


def test_several_orders_are_settled_together(storage: Storage, tmp_path: Path) -> None:
    orders = [Order(number=OrderNumber.parse(f"PO{n}")) for n in (1, 2)]
    for order in orders:
        storage.begin(order, "ACME")
    storage.settle(
        *(
            OrderResult(number=item.number, outcome=Outcome.FAILED, url="", folder=f"ACME/{item.number.shown}_FAILED")
            for item in orders
        )
    )
    assert names(tmp_path) == ["ACME", "ACME/PO1_FAILED", "ACME/PO2_FAILED"]


def test_a_kill_before_the_rename_is_mended(storage: Storage, tmp_path: Path) -> None:
    folder = storage.begin(ORDER, "ACME")
    part = folder.part("5")
    part.write_bytes(b"x")
    folder.keep(part, "a.pdf")
    Storage(tmp_path).settle(result("ACME/PO1_COMPLETED"))
    assert names(tmp_path) == ["ACME", "ACME/PO1_COMPLETED", "ACME/PO1_COMPLETED/a.pdf"]


def test_a_second_run_takes_the_older_folder_up(storage: Storage, tmp_path: Path) -> None:
    finish(storage, Outcome.PARTIAL, "a.pdf")
    finish(storage, Outcome.COMPLETED, "b.pdf")
    assert names(tmp_path) == [
        "ACME",
        "ACME/PO1_COMPLETED",
        "ACME/PO1_COMPLETED/a.pdf",
        "ACME/PO1_COMPLETED/b.pdf",
    ]


def test_a_folder_moves_with_its_hierarchy(storage: Storage, tmp_path: Path) -> None:
    old = finish(storage, Outcome.COMPLETED, supplier="ACME")
    folder = storage.begin(ORDER, "Other", old)
    assert folder.path.relative_to(folder.root) == Path("Other", "PO1__WORK")
    assert [path.name for path in folder.path.iterdir()] == ["a.pdf"]
    assert not (tmp_path / old).exists()


@pytest.mark.parametrize("killed", [False, True])
def test_a_page_that_is_gone_at_the_second_try_leaves_no_second_folder(
    storage: Storage, tmp_path: Path, killed: bool
) -> None:
    folder = storage.begin(ORDER, "ACME")
    folder.keep(_with(folder.part("5"), b"x"), "a.pdf")
    if killed:
        storage = Storage(tmp_path)
        with storage.held():
            pass
    assert finish(storage, Outcome.FAILED, name="b.pdf", supplier="") == "Unknown/PO1_FAILED"
    folders = [path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*") if path.is_dir()]
    assert [folder.upper() for folder in folders] == ["UNKNOWN/PO1_FAILED"]


def test_an_order_that_turns_out_to_have_no_files_leaves_no_empty_folder(storage: Storage, tmp_path: Path) -> None:
    storage.begin(ORDER, "ACME").part("5").touch()
    folder = storage.begin(ORDER, "")
    destination = folder.destination(ORDER, Outcome.PO_NOT_FOUND, empty_folders=False)
    storage.settle(result(destination, Outcome.PO_NOT_FOUND))
    assert destination == ""
    assert not list(tmp_path.rglob("PO1*"))


def _with(part: Path, data: bytes) -> Path:
    part.write_bytes(data)
    return part


def test_leftovers_of_broken_downloads_go(storage: Storage) -> None:
    storage.begin(ORDER, "ACME").part("5").write_bytes(b"half")
    folder = storage.begin(ORDER, "ACME")
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize("outcome", [Outcome.NO_ATTACHMENTS, Outcome.PO_NOT_FOUND])
def test_orders_without_files_get_a_folder_only_if_asked(storage: Storage, tmp_path: Path, outcome: Outcome) -> None:
    folder = storage.begin(ORDER, "ACME")
    assert folder.destination(ORDER, outcome, empty_folders=False) == ""
    destination = folder.destination(ORDER, outcome, empty_folders=True)
    assert destination == f"ACME/PO1_{outcome}"
    storage.settle(result(destination, outcome))
    assert (tmp_path / destination).is_dir()


def test_files_of_an_earlier_run_are_kept_even_if_the_order_is_gone(storage: Storage, tmp_path: Path) -> None:
    finish(storage, Outcome.COMPLETED)
    folder = storage.begin(ORDER, "ACME")
    assert folder.destination(ORDER, Outcome.PO_NOT_FOUND, empty_folders=False) == "ACME/PO1_PO_NOT_FOUND"


def test_a_failed_order_gets_a_folder(storage: Storage) -> None:
    folder = storage.begin(ORDER, "ACME")
    assert folder.destination(ORDER, Outcome.FAILED, empty_folders=False) == "ACME/PO1_FAILED"


@LINKS
def test_a_link_out_of_the_output_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ACME").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="outside"):
        Storage(tmp_path / "out").begin(ORDER, "ACME")


def test_a_full_disk_is_told_from_a_name_that_is_too_long(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = storage.begin(ORDER, "ACME")
    part = folder.part("5")
    part.write_bytes(b"x")

    def fail(code: int) -> None:
        def fsync(handle: int) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "fsync", fsync)

    fail(errno.ENOSPC)
    with pytest.raises(StorageError, match="No space"):
        folder.keep(part, "a.pdf")
    fail(errno.ENAMETOOLONG)
    with pytest.raises(BrokenDownloadError, match="too long"):
        folder.keep(part, "a.pdf")
    assert part.exists()


def test_a_file_in_the_place_of_the_output_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="-o"):
        Storage(tmp_path / "out").prepare()


def test_a_file_is_inspected_in_one_reading(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000
    (tmp_path / "f").write_bytes(data)
    found = inspect(tmp_path / "f")
    assert (found.size_bytes, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert found.head == data[:1024]


def test_a_file_named_like_a_part_survives_the_order_being_taken_up_again(storage: Storage) -> None:
    folder = storage.begin(ORDER, "ACME")
    folder.keep(_with(folder.part("5"), b"x"), "6.part")
    again = storage.begin(ORDER, "ACME")
    assert [path.name for path in again.path.iterdir()] == ["6.part"]


def test_what_an_older_version_staged_goes_with_the_run_that_was_killed(tmp_path: Path) -> None:
    work = tmp_path / "ACME" / "PO1__WORK"
    work.mkdir(parents=True)
    for name in ("5.part", ".6.part", "a.pdf"):
        (work / name).write_bytes(b"x")
    storage = Storage(tmp_path)
    with storage.held():
        folder = storage.begin(ORDER, "Other")
        assert sorted(path.name for path in folder.path.iterdir()) == ["a.pdf"]
        assert sorted(path.name for path in storage.begin(ORDER, "Other").path.iterdir()) == ["a.pdf"]


def test_a_folder_of_a_disk_that_ignores_case_is_not_merged_into_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Acme").mkdir()
    order = Order(number=OrderNumber.parse("PO1"), hierarchy=("ACME",))
    storage = Storage(tmp_path)
    with storage.held():
        folder = storage.begin(order, "")
        folder.keep(_with(folder.part("5"), b"x"), "a.pdf")
    if len(list(tmp_path.iterdir())) > 2:  # this disk does not ignore it: Acme and ACME are one by a link
        (tmp_path / "Acme").rmdir()
        (tmp_path / "Acme").symlink_to(tmp_path / "ACME")
        monkeypatch.setattr("coupa_async.services.files.storage.is_link", lambda _: False)
        storage = Storage(tmp_path)
        storage._works["PO1__WORK"] = {tmp_path / "Acme" / "PO1__WORK"}
    else:
        storage = Storage(tmp_path)
    with storage.held():
        folder = storage.begin(order, "")
    assert [path.name for path in folder.path.iterdir()] == ["a.pdf"]


def test_folders_within_an_orders_folder_are_merged_too(storage: Storage, tmp_path: Path) -> None:
    finish(storage, Outcome.PARTIAL)
    for place, name in (("PO1_PARTIAL", "x"), ("PO1__WORK", "y")):
        (tmp_path / "ACME" / place / "notes").mkdir(parents=True)
        (tmp_path / "ACME" / place / "notes" / name).touch()
    folder = storage.begin(ORDER, "ACME")
    assert sorted(path.name for path in folder.path.rglob("*")) == ["a.pdf", "notes", "x", "y"]


class Synchroniser:
    """Holds folders of a name for so many tries, as what was just written is held by who copies it away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, tries: int) -> None:
        self.left = tries
        self.waits_s: list[float] = []
        real = Path.rename

        def rename(path: Path, target: Path) -> Path:
            if path.name == name:
                self.left -= 1
                if self.left >= 0:
                    raise PermissionError(errno.EACCES, "Permission denied")
            return real(path, target)

        monkeypatch.setattr(Path, "rename", rename)


def test_a_folder_that_a_synchroniser_holds_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits_s: list[float] = []
    Synchroniser(monkeypatch, "PO1__WORK", 20)
    assert finish(Storage(tmp_path, sleep=waits_s.append), Outcome.COMPLETED) == "ACME/PO1_COMPLETED"
    assert len(waits_s) == 20
    assert "ACME/PO1_COMPLETED/a.pdf" in names(tmp_path)


def test_a_folder_that_stays_held_is_that_orders_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(tmp_path, sleep=lambda _: None)
    other = Order(number=OrderNumber.parse("PO2"))
    storage.begin(other, "ACME")
    folder = storage.begin(ORDER, "ACME")
    folder.keep(_with(folder.part("5"), b"x"), "a.pdf")
    Synchroniser(monkeypatch, "PO1__WORK", 10_000)
    second = OrderResult(number=other.number, outcome=Outcome.FAILED, url="", folder="ACME/PO2_FAILED")
    held = storage.settle(result("ACME/PO1_COMPLETED"), second)
    assert list(held) == [ORDER.number.key]
    assert "PO1__WORK" in str(held[ORDER.number.key])
    assert "is it open in another program?" in str(held[ORDER.number.key])
    assert storage.found(ORDER.number) == "ACME/PO1__WORK"
    assert "ACME/PO2_FAILED" in names(tmp_path)
    with pytest.raises(FileInUseError, match="is it open in another program"):
        storage.begin(Order(number=ORDER.number), "Other")


@POSIX  # Windows opens no folder to sync it
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_folders_that_cannot_be_synced_are_said_once(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    finish(storage, Outcome.PARTIAL)
    finish(storage, Outcome.COMPLETED)
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        f"its file system syncs no folders ({os.strerror(code)})"
    ]


@POSIX  # Windows opens no folder to sync it
def test_a_disk_that_breaks_while_a_folder_is_synced_stops_the_run(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    storage.begin(ORDER, "ACME")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageError, match="Input/output"):
        storage.settle(result("ACME/PO1_FAILED", Outcome.FAILED))


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
    [".coupa-async.lock", "journal.sqlite3", "journal.sqlite3-wal", "run.log", "report.html", "snapshots", "a.csv"],
)
def test_a_link_where_a_file_of_ours_goes_is_refused_at_the_start(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match=f"{name}: is a link"):
        Storage(tmp_path / "out").prepare("a.csv")
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
