"""An order's number corrected: tried alone, then kept or discarded, whatever comes between."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coupa_async.app.runs import correct_number
from coupa_async.app.runs.correct_number import begin_trial, carry_out, carry_out_in_run, discard, keep, trials
from coupa_async.app.runs.earlier_run import kept_corrections
from coupa_async.app.runs.fill_in import fill_in_again
from coupa_async.app.runs.output_folder import folder_status
from coupa_async.app.runs.run_result import run_result
from coupa_async.domain.corrections import Correction
from coupa_async.domain.errors import BadOrderNumberError, InputError, OutputError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.collection.saving.recorder import file_unfiled
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.corrections import Corrections
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.manifest import write_manifest
from coupa_async.services.reports.run_report import write_report
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.worklist import read_worklist
from tests.services.records.test_journal import AT, result

NOT_FOUND = {"outcome": Outcome.PO_NOT_FOUND, "saved": (), "failed": (), "found": 0, "folder": "", "error": "none such"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An output folder after a run whose second order was not found."""
    (tmp_path / "orders.csv").write_text("PO_NUMBER,Note\nPO1,a\nPO2,b\nPO2,c\n")
    root = tmp_path / "out"
    root.mkdir()
    record(root, result("PO1", outcome=Outcome.COMPLETED, folder="ACME/PO1_COMPLETED", error=""))
    record(root, result("PO2", **NOT_FOUND))
    (root / "ACME" / "PO1_COMPLETED").mkdir(parents=True)
    with Journal(root / FILE_NAME), History(root / FILE_NAME, now=lambda: AT) as history:
        settings = {"input": str(tmp_path / "orders.csv"), "workbook": "orders.csv"}
        asked = AskedOrders(orders={"1": False, "2": False})
        history.begin(backend="", lane="", workers=1, settings=settings, asked=asked)
        history.end()
    return root


def record(root: Path, found: OrderResult) -> None:
    with Journal(root / FILE_NAME) as journal:
        journal.record(found, AT)


def tried(root: Path, number: str = "PO3", key: str = "2", **more: object) -> int:
    """Try a number, with this result and a file. Returns the trial's id."""
    run = begin_trial(root, key, number)
    folder = run.folder / "ACME" / f"{number}_COMPLETED"
    folder.mkdir(parents=True)
    (folder / "ä.pdf").write_bytes(b"1234567")
    given = {"outcome": Outcome.COMPLETED, "folder": f"ACME/{number}_COMPLETED", "failed": (), "error": ""} | more
    record(run.folder, result(number, **given))
    return trials(root)[-1].trial.id


def rows(root: Path) -> list[str]:
    return [",".join(line.split(",")[:3]) for line in (root / "orders.csv").read_text("utf-8-sig").splitlines()]


def remarks(root: Path) -> dict[str, str]:
    with Journal(root / FILE_NAME) as journal:
        return {found.number.shown: found.remark for found, _ in journal.results()}


def is_kept(root: Path) -> None:
    """See that PO3 stands for PO2 everywhere, and that nothing else is there."""
    assert rows(root) == ["PO_NUMBER,Note,STATUS", "PO1,a,COMPLETED", "PO2,b,COMPLETED", "PO2,c,COMPLETED"]
    assert (root / "orders.csv").read_text("utf-8-sig").count("number corrected from PO2 to PO3") == 2
    assert remarks(root) == {"PO1": "", "PO3": "number corrected from PO2 to PO3"}
    assert kept_corrections(root) == {"2": OrderNumber("PO3", "3")}
    summary, status = folder_status(root)
    assert summary.outcomes == {Outcome.COMPLETED: 2}
    assert status.standing.others == 0
    assert status.asked == {"1", "3"}
    assert (root / "ACME" / "PO3_COMPLETED" / "ä.pdf").read_bytes() == b"1234567"
    assert "number corrected from PO2 to PO3" in (root / "report.html").read_text("utf-8")
    assert "PO3_COMPLETED" in (root / "manifest.csv").read_text("utf-8")
    assert not (root / ".trials").exists()
    assert trials(root) == []
    with Journal(root / FILE_NAME) as journal:
        assert journal.unfiled() == [] or [found.number.shown for found in journal.unfiled()] == ["PO1"]


def test_a_number_that_is_kept_stands_for_the_other_in_journal_spreadsheet_folder_and_report(root: Path) -> None:
    trial = tried(root)
    (found,) = trials(root)
    assert found.result is not None
    assert found.result.outcome is Outcome.COMPLETED
    assert remarks(root) == {"PO1": "", "PO2": "none such"}
    assert folder_status(root)[0].outcomes == {Outcome.COMPLETED: 1, Outcome.PO_NOT_FOUND: 1}
    assert keep(root, trial, AT).written == root / "orders.csv"
    is_kept(root)
    assert "PO2,b" in (root.parent / "orders.csv").read_text()  # the user's own cell


def test_a_number_that_is_discarded_leaves_nothing(root: Path) -> None:
    names = set(root.rglob("*"))
    trial = tried(root)
    discard(root, trial)
    assert {path for path in set(root.rglob("*")) - names if ".lock" not in path.name} == set()
    assert remarks(root) == {"PO1": "", "PO2": "none such"}
    assert trials(root) == []
    assert kept_corrections(root) == {}
    with pytest.raises(InputError, match="decided on already"):
        discard(root, trial)
    with pytest.raises(InputError, match="decided on already"):
        keep(root, trial, AT)


class KilledError(BaseException):
    pass


STEPS = [
    (Corrections, "keep"),
    (Storage, "take_in"),
    (Storage, "drop_empty"),
    (correct_number, "fill_in_again"),
    (correct_number, "write_report"),
    (correct_number, "write_manifest"),
    (Corrections, "end"),
    (shutil, "rmtree"),
]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("cure", ["again", "shown", "run"])
def test_a_kill_at_any_step_of_keeping_loses_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, is_after: bool, cure: str
) -> None:
    trial = tried(root)
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, killing(getattr(owner, step), is_after=is_after))
        if step == "drop_empty":
            with Corrections(root / FILE_NAME) as corrections:
                corrections._db.execute("UPDATE trials SET folder = 'ACME/PO2_FAILED'")
            (root / "ACME" / "PO2_FAILED").mkdir()
        with pytest.raises(KilledError):
            keep(root, trial, AT)
    if step == "keep" and not is_after:
        assert remarks(root) == {"PO1": "", "PO2": "none such"}
        keep(root, trial, AT)
    elif cure == "again" and trials(root):
        keep(root, trial, AT)
    elif cure == "run":
        storage = Storage(root)
        with storage.held(), Journal(root / FILE_NAME) as journal:
            carry_out_in_run(storage)
            file_unfiled(journal, storage)
        fill_in_again(root, AT)  # as the run does at its end
        with Journal(root / FILE_NAME) as journal, History(root / FILE_NAME) as history:
            write_report(root, journal, history, AT)
            write_manifest(root, journal, AT)
    else:
        carry_out(root, AT)
    assert not (root / "ACME" / "PO2_FAILED").exists()
    is_kept(root)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), [(Corrections, "end"), (shutil, "rmtree")], ids=["end", "rmtree"])
def test_a_kill_at_any_step_of_discarding_leaves_it_open_or_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, is_after: bool
) -> None:
    names = set(root.rglob("*"))
    trial = tried(root)
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, killing(getattr(owner, step), is_after=is_after))
        with pytest.raises(KilledError):
            discard(root, trial)
    if trials(root):
        discard(root, trial)
    carry_out(root, AT)
    assert {path.name for path in set(root.rglob("*")) - names} <= {
        ".coupa-async.lock", "orders.csv", "report.html", "manifest.csv"
    }  # fmt: skip
    assert remarks(root) == {"PO1": "", "PO2": "none such"}


def killing(call: Callable[..., object], *, is_after: bool) -> Callable[..., object]:
    def killed(*words: object, **more: object) -> object:
        if is_after:
            call(*words, **more)
        raise KilledError

    return killed


def test_a_number_that_was_not_tried_to_its_end_is_not_kept_and_can_be_tried_again(root: Path) -> None:
    first = begin_trial(root, "2", "PO3")
    (found,) = trials(root)
    assert found.result is None
    with pytest.raises(InputError, match="was not tried to its end"):
        keep(root, found.trial.id, AT)
    first.folder.mkdir(parents=True)
    second = begin_trial(root, "2", "PO3")
    assert second.folder != first.folder
    assert not first.folder.exists()
    assert len(trials(root)) == 1


def test_a_corrected_number_can_be_corrected_again_and_back(root: Path) -> None:
    keep(root, tried(root, "PO3", outcome=Outcome.FAILED, saved=(), error="busy"), AT)
    assert remarks(root)["PO3"] == "number corrected from PO2 to PO3. busy"
    keep(root, tried(root, "PO4", key="3", outcome=Outcome.FAILED, saved=()), AT)
    assert kept_corrections(root) == {"2": OrderNumber("PO4", "4")}
    assert remarks(root) == {"PO1": "", "PO4": "number corrected from PO2 to PO4"}
    keep(root, tried(root, "PO2", key="4"), AT)
    assert kept_corrections(root) == {}
    assert remarks(root) == {"PO1": "", "PO2": ""}
    assert "number corrected" not in (root / "orders.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("key", "number", "said"),
    [
        ("2", "PO1", "is in this spreadsheet or its output folder already"),
        ("2", "PO-02", "is the number that this order has"),
        ("1", "PO3", "cannot be corrected any more"),
        ("9", "PO3", "cannot be corrected any more"),
        ("2", "<script>", "is not an order number"),
    ],
)
def test_what_is_no_correction_is_refused_before_anything_is_tried(
    root: Path, key: str, number: str, said: str
) -> None:
    with pytest.raises((InputError, BadOrderNumberError), match=said):
        begin_trial(root, key, number)
    assert trials(root) == []
    assert not (root / ".trials").exists()


def test_two_orders_do_not_try_one_number(root: Path) -> None:
    record(root, result("PO1", **NOT_FOUND))
    begin_trial(root, "2", "PO3")
    with pytest.raises(InputError, match="already"):
        begin_trial(root, "1", "PO3")


def test_nothing_is_decided_while_a_run_is_at_work(root: Path) -> None:
    trial = tried(root)
    with Storage(root).held():
        for decide in (
            lambda: keep(root, trial, AT),
            lambda: discard(root, trial),
            lambda: begin_trial(root, "2", "9"),
        ):
            with pytest.raises(OutputError, match="another run is at work"):
                decide()
        carry_out(root, AT)
    assert len(trials(root)) == 1


def test_what_another_run_has_done_since_is_not_undone(root: Path) -> None:
    trial = tried(root)
    record(root, result("PO2", outcome=Outcome.COMPLETED))
    with pytest.raises(InputError, match="cannot be corrected any more"):
        keep(root, trial, AT)
    record(root, result("PO2", **NOT_FOUND))
    record(root, result("PO3", outcome=Outcome.COMPLETED))
    with pytest.raises(InputError, match="is in this spreadsheet"):
        keep(root, trial, AT)


def test_an_empty_folder_of_the_other_number_goes_and_one_with_a_file_stays(root: Path) -> None:
    for folder in ("PO2_FAILED", "PO5_FAILED"):
        (root / folder).mkdir()
    (root / "PO5_FAILED" / "mine.txt").touch()
    record(root, replace(result("PO2", **NOT_FOUND), outcome=Outcome.FAILED, folder="PO2_FAILED"))
    keep(root, tried(root), AT)
    assert not (root / "PO2_FAILED").exists()
    record(root, replace(result("PO5", **NOT_FOUND), outcome=Outcome.FAILED, folder="PO5_FAILED"))
    keep(root, tried(root, "PO6", key="5"), AT)
    assert (root / "PO5_FAILED" / "mine.txt").is_file()


def test_a_spreadsheet_is_read_as_it_was_corrected_also_where_a_row_names_several(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text('PO_NUMBER\nPO1\n"PO2, PO3"\nPO3\n')
    found = read_worklist(path, WorklistOptions(corrected={"2": OrderNumber("PO9", "9"), "1": OrderNumber("PO3", "3")}))
    assert [order.number.shown for order in found.orders] == ["PO3", "PO9"]
    assert found.rows == {"3": (2, 3, 4), "9": (3,)}
    assert any("2 numbers corrected by hand: PO3, PO9" in text for text in found.warnings)
    assert Correction(given=OrderNumber("PO1", "1"), number=OrderNumber("PO3", "3")).number.key == "3"


def test_retry_these_means_the_corrected_number(root: Path) -> None:
    keep(root, tried(root, outcome=Outcome.FAILED, saved=(), failed=(), error="Coupa answered 503"), AT)
    (group,) = run_result(root).causes
    assert group.keys == {"3"}
