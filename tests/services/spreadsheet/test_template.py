"""The workbook to begin with: what is in it, in whose language, and that a run reads it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from coupa_async.domain.errors import StorageError, WorklistError
from coupa_async.services.languages.catalogue import LANGUAGES
from coupa_async.services.languages.user_language import user_language
from coupa_async.services.spreadsheet.results import why_not_writable
from coupa_async.services.spreadsheet.template import write_template
from tests.services.spreadsheet.sheets import RESULTS, grid, numbers, read, result, write


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_orders_and_their_folders_are_read_and_results_go_into_its_own_columns(
    tmp_path: Path, language: str
) -> None:
    path = tmp_path / "orders.xlsx"
    write_template(path, language)
    worklist = read(path)
    assert numbers(worklist) == ["PO0000001", "PO0000002", "PO0000003"]
    assert [order.hierarchy for order in worklist.orders] == [("EMEA", "IT"), ("EMEA", "HR"), ("LATAM", "IT")]
    assert (worklist.warnings, worklist.bad_rows, why_not_writable(worklist)) == ((), (), "")
    rows = grid(write(worklist, result("PO0000002", supplier="ACME")))
    assert tuple(rows[0][4:]) == RESULTS
    assert rows[2][:6] == ["PO0000002", None, "EMEA", "HR", "COMPLETED", "ACME"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_of_its_own_explains_each_column(tmp_path: Path, language: str) -> None:
    write_template(tmp_path / "orders.xlsx", language)
    orders, about = openpyxl.load_workbook(tmp_path / "orders.xlsx").worksheets
    assert about.title == {"en": "Read me", "pt-BR": "Leia-me"}[language]
    told = {row[0]: row[1] for row in about.iter_rows(min_row=2, values_only=True)}
    assert list(told) == [cell.value for cell in orders[1]]
    assert all(told.values())
    assert told["STATUS"].startswith({"en": "Filled in", "pt-BR": "Preenchida"}[language])


def test_zeros_at_the_beginning_of_a_number_that_is_typed_in_stay(tmp_path: Path) -> None:
    write_template(tmp_path / "orders.xlsx", "en")
    sheet = openpyxl.load_workbook(tmp_path / "orders.xlsx")["PO_Data"]
    assert {sheet.cell(row, 1).number_format for row in (2, 5, 900)} == {"@"}


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(WorklistError, match=r"orders.xlsx: is there already"):
        write_template(path, "en")
    assert path.read_bytes() == b"mine"
    with pytest.raises(WorklistError, match=r"orders.csv: .*name it orders.xlsx"):
        write_template(tmp_path / "orders.csv", "en")
    with pytest.raises(StorageError, match=r"orders.xlsx: the template cannot be written"):
        write_template(tmp_path / "nowhere" / "orders.xlsx", "en")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        ({"LANG": "pt_PT"}, "pt-BR"),
        ({"LC_ALL": "C", "LANG": "pt_BR"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "pt_BR", "LANG": "de_DE"}, "pt-BR"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_one_that_the_system_is_set_to(environment: dict[str, str], language: str) -> None:
    assert user_language(environment) == language
