"""Cell values as text and text as legal cell values. Pure. Limits: docs/design/coupa-pages.md, "Spreadsheets"."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.redaction import redacted
from coupa_async.domain.totals.standing import NOT_AN_ORDER

RESULT_COLUMNS = (
    "STATUS",
    "SUPPLIER",
    "ATTACHMENTS_FOUND",
    "ATTACHMENTS_DOWNLOADED",
    "AttachmentName",
    "LAST_PROCESSED",
    "ERROR_MESSAGE",
    "DOWNLOAD_FOLDER",
    "COUPA_URL",
)
# An order's, from the one that needs nothing to the one that needs most.
_BADNESS = (
    *(
        Outcome.COMPLETED,
        Outcome.NO_ATTACHMENTS,
        Outcome.PARTIAL,
        Outcome.PO_NOT_FOUND,
        Outcome.TIMEOUT,
        Outcome.FAILED,
    ),
    Outcome.PENDING,
)
CELL_CHARS = 32_767  # Excel's limit, counted in UTF-16 units

NUMBER_DIGITS = 15  # Excel keeps no more of a number

Value = str | int | Decimal | date
"""What a cell of ours may hold."""

Values = tuple[Value | None, ...]
"""One value for each column of ours; ``None`` leaves a cell as it is, ``""`` empties it."""

# What XML 1.0 has no place for; tab and line feed are legal.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")
# OWASP's list for CSV injection; full-width and small forms of the signs are taken for them in East Asian versions.
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


class Uncalculated:
    """The value of a formula whose result the file does not hold."""

    def __str__(self) -> str:
        """Show nothing, as there is nothing to show."""
        return ""


UNCALCULATED = Uncalculated()


def cell_text(value: object) -> str:
    """Show a cell as its reader sees it: ``42.0`` is ``42``, a date is ISO, nothing is empty."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ", "seconds")
    return str(value).strip()


def is_blank(value: object) -> bool:
    """Tell a cell that shows nothing."""
    return value is None or (isinstance(value, str) and (not value or value.isspace()))


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet program would take a text for a formula if it were typed or imported."""
    # Some programs trim a field before they look at it.
    return text.startswith(_FORMULA_STARTS) or text.lstrip().lstrip(_INVISIBLE).lstrip().startswith(_FORMULA_STARTS)


def legal_text(text: str) -> str:
    """Make any text one that a cell can hold: no control characters, cut with ``…`` at Excel's limit."""
    if text.isascii() and text.isprintable() and len(text) <= CELL_CHARS:
        return text
    clean = _ILLEGAL.sub("", _LINE_END.sub("\n", text))
    units = clean.encode("utf-16-le")
    if len(units) <= 2 * CELL_CHARS:
        return clean
    # "ignore" drops the first half of a pair that the cut may leave at the end.
    return units[: 2 * (CELL_CHARS - 1)].decode("utf-16-le", "ignore") + "…"


def delimited_text(text: str) -> str:
    """Make any text one that a spreadsheet program imports as text: a formula gets a ``'`` before it."""
    clean = legal_text(text)
    return legal_text(f"'{clean}") if looks_like_formula(clean) else clean


def result_values(result: OrderResult, processed_at: datetime, output_dir: Path) -> Values:
    """Tell an order's result in the order of ``RESULT_COLUMNS``.

    Args:
        result: What came of it.
        processed_at: When; shown in local time. A naive one is local already.
        output_dir: Absolute.
    """
    return (
        result.outcome.value,
        result.supplier,
        result.found,
        len(result.saved),
        "; ".join(item.name for item in result.saved),
        datetime.fromtimestamp(processed_at.timestamp()).isoformat(" ", "seconds"),
        redacted(result.remark) if result.remark else "",
        _joined(str(output_dir), result.folder) if result.folder else "",
        result.url,
    )


def _joined(folder: str, path: str) -> str:
    """Join a folder and a path below it that is in order: pathlib would look into it for longer than all else takes."""
    return f"{folder.removesuffix(os.sep)}{os.sep}{path.replace('/', os.sep)}"


def bad_row_values(reason: str, status: str = NOT_AN_ORDER, names: Sequence[str] = RESULT_COLUMNS) -> Values:
    """Tell why a row is no order, or is undone: only STATUS and ERROR_MESSAGE, all else as it is.

    Args:
        reason: Why.
        status: The row's.
        names: All columns of ours.
    """
    told = {"STATUS": str(status), "ERROR_MESSAGE": redacted(reason)}
    return tuple(told.get(name) for name in names)


def number_text(number: int | Decimal, delimiter: str) -> str:
    """Write a number so that a spreadsheet program reads it as one, which it does by the country's decimal sign.

    Args:
        number: The number.
        delimiter: The file's. Programs part cells by ``;`` where the comma is the decimal sign.
    """
    text = f"{number:f}" if isinstance(number, Decimal) else str(number)
    return text.replace(".", ",") if delimiter == ";" else text


def joined_values(results: Sequence[tuple[str, Values | None]], names: Sequence[str] = RESULT_COLUMNS) -> Values:
    """Tell the results of several orders in one row: the worst outcome, sums, and what each has to say.

    Args:
        results: Each order's number with its values; ``None`` where it has none yet.
        names: All columns of ours.
    """
    known = [(number, dict(zip(names, values, strict=True))) for number, values in results if values]
    outcomes = [Outcome(str(values["STATUS"])) for _, values in known]
    if len(known) < len(results):
        outcomes.append(Outcome.PENDING)
    joined: dict[str, Value | None] = {
        name: "; ".join(dict.fromkeys(str(values[name]) for _, values in known if values[name])) for name in names
    }
    joined["STATUS"] = max(outcomes, key=_BADNESS.index).value
    for name in ("ATTACHMENTS_FOUND", "ATTACHMENTS_DOWNLOADED"):
        joined[name] = sum(value for _, values in known if isinstance(value := values[name], int))
    joined["LAST_PROCESSED"] = max(str(values["LAST_PROCESSED"] or "") for _, values in known)
    joined["ERROR_MESSAGE"] = "; ".join(f"{number}: {text}" for number, row in known if (text := row["ERROR_MESSAGE"]))
    return tuple(joined[name] for name in names)
