"""An order's data as the journal keeps it: one text of JSON, because it is always read as a whole."""

from __future__ import annotations

import json

from coupa_async.domain.data.record import OrderData


def data_to_text(data: OrderData) -> str:
    """Write an order's data. Halves of characters, which a page's script can make and no database accepts, are lost."""
    text = json.dumps([data.language, data.fields, data.labels], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def text_to_data(text: str) -> OrderData:
    """Read what :func:`data_to_text` wrote."""
    language, fields, labels = json.loads(text)
    return OrderData(
        language=language,
        fields=tuple((name, value) for name, value in fields),
        labels=tuple((label, value) for label, value in labels),
    )
