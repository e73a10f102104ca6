"""Texts of the tenant and of libraries, without what would let a reader in."""

from __future__ import annotations

import re

_PARAMETERS = (
    *("supplier_view_key", "samlresponse", "relaystate", "access_token", "id_token", "code", "state"),
    "_coupa_session",
)
_FIELDS = ("cookie", "authorization", "password")
_SECRET = re.compile(
    rf"((?:{'|'.join(_PARAMETERS)})=|\"?(?:{'|'.join(_FIELDS)})\"?\s*[:=]\s*)([^\s&;\"',]+)", re.IGNORECASE
)


def redacted(text: str) -> str:
    """Take view keys, tokens, cookies and passwords out of a text."""
    plain = text.casefold()
    # Asked of every line of the log, and hardly ever there: the pattern alone would take twenty times as long.
    if not any(word in plain for word in (*_PARAMETERS, *_FIELDS)):
        return text
    return _SECRET.sub(r"\1***", text)
