"""A spreadsheet that another program holds: told with its cure, and filled in as soon as it can be."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coupa_async.app.runs.fill_in import fill_in, fill_in_later
from coupa_async.app.runs.workbook import Workbook
from coupa_async.domain.outcome import Outcome
from coupa_async.services.files.replace import leftovers, replace_file
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.spreadsheet.worklist import read_worklist
from tests.services.records.test_journal import AT, result

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the way it is on Windows, played on other systems")
Hold = Callable[[Path], Any]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Has another program hold a file while a block runs."""

    @contextmanager
    def hold(path: Path) -> Iterator[None]:
        real = os.replace
        defaults = replace_file.__kwdefaults__ or {}

        def locked(source: Any, target: Any, **more: Any) -> None:
            if Path(target) == path:
                raise PermissionError(13, "in use")
            real(source, target, **more)

        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", locked)
            patched.setattr(replace_file, "__kwdefaults__", {**defaults, "sleep": lambda _: None})
            yield

    return hold


@pytest.fixture(params=[False, True], ids=["copy", "in place"])
def in_place(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def folder(tmp_path: Path, in_place: bool) -> Path:
    """An output folder after a run of a spreadsheet beside it."""
    (tmp_path / "orders.csv").write_text("PO_NUMBER\nPO1\nABC\n")
    out = tmp_path / "out"
    out.mkdir()
    with Journal(out / FILE_NAME) as journal, History(out / FILE_NAME) as history:
        settings = {"input": str(tmp_path / "orders.csv"), "in_place": in_place}
        history.begin(backend="playwright", lane="auto", workers=1, settings=settings)
        journal.record(result("PO1", outcome=Outcome.COMPLETED, found=1), AT)
    return out


def ended(folder: Path, *, in_place: bool, now: datetime = AT) -> list[str]:
    """What the end of a run says."""
    with Journal(folder / FILE_NAME) as journal:
        worklist = read_worklist(folder.parent / "orders.csv")
        target = target_of(folder, in_place=in_place)
        workbook = Workbook(path=target, folder=folder, in_place=in_place)
        return [*fill_in(workbook, worklist, journal, now=now).sentences()]


def target_of(folder: Path, *, in_place: bool) -> Path:
    return (folder.parent if in_place else folder) / "orders.csv"


def test_results_that_stand_beside_it_are_filled_in_at_the_next_chance_and_once(
    folder: Path, held: Hold, in_place: bool
) -> None:
    target = target_of(folder, in_place=in_place)
    with held(target):
        told = "\n".join(ended(folder, in_place=in_place))
        assert "is open in another program" in told
        assert f'coupa-async report "{folder}"' in told
        still = fill_in_later(folder, AT + timedelta(minutes=1))
        assert still is not None
        assert still.written != target
    assert len(leftovers(target).results) == 2
    done = fill_in_later(folder, AT + timedelta(minutes=2))
    assert done is not None
    assert done.written == target
    assert "COMPLETED" in target.read_text()
    assert "2 files beside it" in "\n".join(done.sentences())
    before = sorted(folder.parent.rglob("*"))
    assert fill_in_later(folder, AT + timedelta(minutes=3)) is None
    assert sorted(folder.parent.rglob("*")) == before


def test_nothing_is_written_where_nothing_waits_or_a_run_is_at_work(folder: Path, held: Hold, in_place: bool) -> None:
    assert fill_in_later(folder, AT) is None
    with held(target_of(folder, in_place=in_place)):
        ended(folder, in_place=in_place)
    with Storage(folder).held():
        assert fill_in_later(folder, AT) is None
    (folder.parent / "orders.csv").unlink()
    assert fill_in_later(folder, AT) is None


def test_backups_that_pile_up_are_told(folder: Path) -> None:
    told = [ended(folder, in_place=True, now=AT + timedelta(minutes=n)) for n in range(3)]
    assert not any("backups of" in text for text in told[0])
    assert any(text.startswith("3 backups of orders.csv") for text in told[2])


def test_files_of_the_users_with_a_like_name_are_none_of_ours(tmp_path: Path) -> None:
    for name in ("a (backup).csv", "a (results 2025).csv", "a (backup 2025-06-01 123005) old.csv", "a.csv"):
        (tmp_path / name).touch()
    (tmp_path / "a (backup 2025-06-01 123005).csv").touch()
    assert [path.name for path in leftovers(tmp_path / "a.csv").backups] == ["a (backup 2025-06-01 123005).csv"]
    assert leftovers(tmp_path / "a.csv").results == ()


def test_what_was_said_of_the_spreadsheet_holds_later_as_well(tmp_path: Path, held: Hold) -> None:
    (tmp_path / "orders.csv").write_bytes("PO_NUMBER;Name\nPO1;Müller\n".encode("cp1250"))
    out = tmp_path / "out"
    out.mkdir()
    with Journal(out / FILE_NAME) as journal, History(out / FILE_NAME) as history:
        settings = {"input": str(tmp_path / "orders.csv"), "workbook": "orders.csv", "encoding": "cp1250"}
        history.begin(backend="", lane="", workers=1, settings=settings)
        journal.record(result("PO1", outcome=Outcome.COMPLETED, found=1, supplier="Łódź"), AT)
    (out / "orders (results 2025-06-01 123005).csv").touch()
    done = fill_in_later(out, AT)
    assert done is not None
    assert "Łódź" in (out / "orders.csv").read_bytes().decode("cp1250")
