"""A workbook to begin with: the columns, three examples, and a sheet that explains them, in the user's language."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from coupa_async.domain.errors import StorageError, WorklistError
from coupa_async.services.languages.catalogue import catalogue, mark
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS

_SHEET = "PO_Data"
_ROWS = 1_000  # whose order numbers stay as they are typed: Excel drops zeros at the beginning of numbers
_FOLDERS = (mark("Region"), mark("Department"))
_EXAMPLES = (("PO0000001", "EMEA", "IT"), ("PO0000002", "EMEA", "HR"), ("PO0000003", "LATAM", "IT"))
_ABOUT = {
    "PO_NUMBER": mark("The order's number as Coupa shows it, one in a row. Replace the three examples by your own."),
    "<|>": mark("Columns to the right of this one make the folders. Delete it to have one folder for each supplier."),
    "Region": mark("The outer folder: any text. Rename this column, or add others beside it, as you need them."),
    "Department": mark("The folder in it: any text. An empty cell becomes the folder Unknown."),
    "STATUS": mark("Filled in: what came of the order, such as COMPLETED or PO_NOT_FOUND."),
    "SUPPLIER": mark("Filled in: the supplier by the order's page."),
    "ATTACHMENTS_FOUND": mark("Filled in: how many files the order's page names."),
    "ATTACHMENTS_DOWNLOADED": mark("Filled in: how many of them are on your disk, whole."),
    "AttachmentName": mark("Filled in: the names of the files."),
    "LAST_PROCESSED": mark("Filled in: when the order was worked on."),
    "ERROR_MESSAGE": mark("Filled in: what went wrong, if anything did."),
    "DOWNLOAD_FOLDER": mark("Filled in: where the files are."),
    "COUPA_URL": mark("Filled in: the address of the order's page."),
}


def write_template(path: Path, language: str) -> None:
    """Write it as a new file. Blocking.

    Args:
        path: Ends in ``.xlsx``.
        language: Of ``LANGUAGES``.

    Raises:
        WorklistError: If the name does not fit, or there is a file of that name.
        StorageError: If it cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise WorklistError(f"{path}: the template is a workbook: name it {path.stem or 'orders'}.xlsx")
    book = Workbook()
    _fill_in(book.active, language)
    _explain(book.create_sheet(catalogue(language).gettext(mark("Read me"))), language)
    content = BytesIO()
    book.save(content)
    try:
        with path.open("xb") as file:
            file.write(content.getvalue())
    except FileExistsError as error:
        raise WorklistError(f"{path}: is there already, and stays as it is: name another file") from error
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)  # what a full disk took of it is no template
        raise StorageError(f"{path}: the template cannot be written ({error.strerror or error})") from error


def _headers(language: str) -> list[str]:
    return ["PO_NUMBER", "<|>", *map(catalogue(language).gettext, _FOLDERS), *RESULT_COLUMNS]


def _fill_in(sheet: Any, language: str) -> None:
    sheet.title = _SHEET
    sheet.append(_headers(language))
    for number, *folders in _EXAMPLES:
        sheet.append([number, None, *folders])
    for row in range(2, _ROWS + 2):
        sheet.cell(row, 1).number_format = "@"
    for column, name in enumerate(_headers(language), start=1):
        cell = sheet.cell(1, column)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="F2F2F2" if name in RESULT_COLUMNS else "DDEBF7")
        sheet.column_dimensions[get_column_letter(column)].width = max(6, len(name) + 4)
    sheet.freeze_panes = "A2"


def _explain(sheet: Any, language: str) -> None:
    text = catalogue(language).gettext
    sheet.append([text(mark("Column")), text(mark("What it is for"))])
    for name, about in zip(_headers(language), _ABOUT.values(), strict=True):
        sheet.append([name, text(about)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 90
    for (cell,) in sheet.iter_rows(min_row=2, min_col=2, max_col=2):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
