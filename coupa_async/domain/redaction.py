"""Texts of the tenant and of libraries, without what would let a reader in."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"(?i)(supplier_view_key=|SAMLResponse=|RelayState=|access_token=|id_token=|code=|state=|_coupa_session=|"
    r"\"?(?:set-)?cookie\"?\s*[:=]\s*|authorization\"?\s*[:=]\s*|password\"?\s*[:=]\s*)([^\s&;\"',]+)"
)


def redacted(text: str) -> str:
    """Take view keys, tokens, cookies and passwords out of a text."""
    return _SECRET.sub(r"\1***", text)
