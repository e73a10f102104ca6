"""Which kind of spreadsheet a file is, and the one line for each kind that is none."""

from __future__ import annotations

from pathlib import Path

from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.formats import delimited, other_workbook, workbook
from coupa_async.services.spreadsheet.table import Format

_WORKBOOKS = (".xlsx", ".xlsm")
_ONLY_READ = (".xls", ".xlsb", ".ods")
_TEXTS = (".csv", ".tsv", ".txt")
_ZIP = b"PK\x03\x04"
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what .xls is made of, and every workbook with a password


def format_of(path: Path) -> Format:
    """Choose the format by the file's name, and check that its first bytes agree.

    Raises:
        WorklistError: If it is no spreadsheet that can be read; the message says what to do.
    """
    try:
        if path.is_dir():
            raise WorklistError(f"{path}: is a folder: name the spreadsheet in it")
        with path.open("rb") as file:
            head = file.read(len(_CFB))
    except FileNotFoundError as error:
        raise WorklistError(f"{path}: there is no such file") from error
    except OSError as error:
        raise WorklistError(f"{path}: cannot be read ({error.strerror or error})") from error
    suffix = path.suffix.lower()
    if suffix not in _WORKBOOKS + _ONLY_READ + _TEXTS:
        known = ", ".join(_WORKBOOKS + _ONLY_READ + _TEXTS)
        raise WorklistError(f"{path}: {suffix or 'no extension'} is not one of {known}: save it as .xlsx")
    if not head:
        raise WorklistError(f"{path}: the file is empty")
    if suffix == ".xls" and head.startswith(_CFB):
        return other_workbook
    if head.startswith(_CFB):
        raise WorklistError(
            f"{path}: has a password, or is an old .xls renamed: open it, take the password off, save it as .xlsx"
        )
    if suffix == ".xls" or (suffix not in _TEXTS and not head.startswith(_ZIP)):
        raise WorklistError(f"{path}: is no workbook, whatever its name says: open it and save it as .xlsx")
    if suffix in _TEXTS and head.startswith(_ZIP):
        raise WorklistError(f"{path}: is no text but a workbook or an archive: if a workbook, name it .xlsx")
    if suffix in _ONLY_READ:
        return other_workbook
    return workbook if suffix in _WORKBOOKS else delimited
