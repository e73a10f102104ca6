"""Whether an address shows a tenant at all, told by its page: ``docs/coupa-pages.md``, "Telling pages apart"."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOOKED_AT_CHARS = 500_000
_ROOT = re.compile(r"<html\b[^>]{0,2000}", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)


def is_coupas(html: str, base_url: str) -> bool:
    """Return whether a page has a sign of Coupa: its name, or the mark that its pages have on ``<html>``.

    The host's own name does not count, for a foreign page may repeat it. An empty page says nothing: it counts as one.

    Args:
        html: A page that was found at the tenant's address.
        base_url: The tenant's address.
    """
    text = html[:_LOOKED_AT_CHARS].casefold()
    if not text.strip():
        return True
    root = _ROOT.search(text)
    if root is not None and "data-controller" in root[0]:
        return True
    host = (urlsplit(base_url).hostname or "").casefold()
    return "coupa" in (text.replace(host, "") if host else text)


def page_title(html: str) -> str:
    """Return a page's title in one line; empty if it has none."""
    found = _TITLE.search(html[:_LOOKED_AT_CHARS])
    return " ".join(found[1].split()) if found else ""
