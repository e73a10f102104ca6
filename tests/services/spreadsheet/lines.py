"""Lines of orders for the tests of their sheet and their file."""

from __future__ import annotations

from coupa_async.domain.data.lines import LinesOfOrder, OrderLine, OrderLines
from coupa_async.domain.data.record import OrderData
from coupa_async.services.spreadsheet.columns.line_table import LineTable


def line(number: int, *, labels: tuple[tuple[str, str], ...] = (), **fields: str) -> OrderLine:
    named = tuple((name.replace("_", " ").replace("need by", "need-by"), text) for name, text in fields.items())
    return OrderLine(
        id=str(number), fields=(("line", f"{number:02}"), *named), parts=("0042", "CC-1")[: number % 3], labels=labels
    )


ORDERS = (
    LinesOfOrder(
        number="PO1",
        data=OrderData(language="pt-BR", fields=(("currency", "BRL"),)),
        lines=OrderLines(
            lines=(
                line(1, item="=1+1", quantity="1.500", price="2,5", total="3.750,00", need_by_date="03/04/2025"),
                line(2, item="Ø <b> & co", quantity="?", labels=(("Nº do lote", "007"), ("Status", "own"))),
            )
        ),
    ),
    LinesOfOrder(
        number="PO3",
        data=OrderData(language="en-US", fields=(("currency", "USD"),)),
        lines=OrderLines(lines=(line(1, item="Bolt", total="1,000.00", currency="USD", need_by_date="03/04/2025"),)),
    ),
)
FIXED = [
    *("ORDER", "LINE", "ITEM", "QUANTITY", "PRICE", "TOTAL", "CURRENCY", "STATUS", "RECEIVED", "INVOICED"),
    *("NEED_BY_DATE", "LEGAL_ENTITY", "COMMODITY", "ACCOUNT"),
]
HEADER = [*FIXED, "ACCOUNT_1", "ACCOUNT_2", "NO_DO_LOTE", "FIELD_STATUS"]


def table(orders: tuple[LinesOfOrder, ...] = ORDERS) -> LineTable:
    return LineTable.of(lambda: iter(orders))
