"""An order's data and lines as the journal keeps them: texts of JSON, because they are always read as a whole."""

from __future__ import annotations

import json

from coupa_async.domain.data.lines import OrderLine, OrderLines
from coupa_async.domain.data.record import OrderData


def data_to_text(data: OrderData) -> str:
    """Write an order's data. Halves of characters, which a page's script can make and no database accepts, are lost."""
    return _text([data.language, data.fields, data.labels])


def text_to_data(text: str) -> OrderData:
    """Read what :func:`data_to_text` wrote."""
    language, fields, labels = json.loads(text)
    return OrderData(
        language=language,
        fields=tuple((name, value) for name, value in fields),
        labels=tuple((label, value) for label, value in labels),
    )


def lines_to_text(lines: OrderLines) -> str:
    """Write an order's lines; see :func:`data_to_text`."""
    rows = [[line.id, dict(line.fields), line.parts, line.labels] for line in lines.lines]
    return _text([lines.announced, lines.has_more, rows])


def text_to_lines(text: str) -> OrderLines:
    """Read what :func:`lines_to_text` wrote."""
    announced, has_more, rows = json.loads(text)
    return OrderLines(
        lines=tuple(
            OrderLine(
                id=row_id,
                fields=tuple(fields.items()),
                parts=tuple(parts),
                labels=tuple((label, value) for label, value in labels),
            )
            for row_id, fields, parts, labels in rows
        ),
        announced=announced,
        has_more=has_more,
    )


def _text(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")
