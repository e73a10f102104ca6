"""``python -m tools.docs.columns_page``: writes ``docs/reference/columns.md`` from what we read and write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from coupa_async.domain.data.fields import KNOWN, Kind
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS
from coupa_async.services.spreadsheet.columns import headers

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "columns.md"
_KINDS = {Kind.TEXT: "text", Kind.AMOUNT: "number", Kind.DATE: "date"}
_WRITTEN = {
    "STATUS": "[the outcome](outcomes.md)",
    "SUPPLIER": "as the page names it",
    "ATTACHMENTS_FOUND": "how many the pages named",
    "ATTACHMENTS_DOWNLOADED": "how many are on disk",
    "AttachmentName": "their names, joined with `; `",
    "LAST_PROCESSED": "local time, `YYYY-MM-DD HH:MM:SS`",
    "ERROR_MESSAGE": "why not all is there, or where it came from",
    "DOWNLOAD_FOLDER": "the order's folder; in a workbook a link, relative if the folder is below it",
    "COUPA_URL": "the order's page; in a workbook a link",
}
_INTRO = """\
# Every header and column

This page is made from the program's source, by `python -m tools.docs.columns_page`. What the columns are for, and where
folders come from: [folders and columns](../guide/folders-and-columns.md).

## Headers that are understood

Case, accents, spaces and punctuation do not count: `Nº do Pedido`, `nro pedido` and `N_PEDIDO` say the same. A column
headed exactly `{order}` goes before all others. For a header that is not here: `--po-column`, `--id-column`,
`--group-column`.

"""


def page() -> str:
    """Make the page."""
    understood = [(f"order numbers, {name}", _listed(found)) for name, found in headers.ORDER_NUMBERS.items()]
    of = _listed(filter(None, headers.OF))
    numbered = f"one of {_listed(headers.NUMBER_WORDS)}, then {of} or nothing, then one of {_listed(headers.ORDERS)}"
    understood += [
        ("order numbers, any of these with a number's word before it", numbered),
        ("order numbers", "any of those above with `Coupa` behind it"),
        ("order numbers, where no column is headed better", _listed(headers.WEAK_ORDER_NUMBERS)),
        ("the order's link, or its id in Coupa", _listed(headers.LINKS)),
        ("whose the order is", _listed(headers.GROUPS)),
    ]
    data = [(f"`{field.column}`", f"`{field.name}`", _KINDS[field.kind]) for field in KNOWN]
    return "".join(
        (
            _INTRO.format(order=headers.ORDER_COLUMN),
            _table(("what the column has", "headers"), understood),
            "\n## Columns that a run fills in\n\nIn this order; those that are missing are added on the right.\n\n",
            _table(("column", "what is in it"), [(f"`{name}`", _WRITTEN[name]) for name in RESULT_COLUMNS]),
            "\n## Columns of the order's data\n\nWith `--data`, by the name in the middle.\n\n",
            _table(("column", "asked for as", "is a"), data),
        )
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
