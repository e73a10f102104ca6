"""An order's number corrected: tried alone, then kept or discarded, whatever comes between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coupa_async.app.runs.correct_number import begin_trial, carry_out, discard, keep, trials
from coupa_async.app.runs.earlier_run import kept_corrections
from coupa_async.app.runs.output_folder import folder_status
from coupa_async.app.runs.run_result import run_result
from coupa_async.domain.corrections import Correction
from coupa_async.domain.errors import BadOrderNumberError, InputError, OutputError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.services.files.storage import Storage
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.worklist import read_worklist
from tests.app.runs.corrections.checks import NOT_FOUND, is_kept, record, remarks, tried
from tests.services.records.test_journal import AT, result


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
