"""Whether an address shows a tenant at all, told by its page: ``docs/design/coupa-pages.md``, "Telling pages apart"."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOOKED_AT_CHARS = 500_000
_ROOT = re.compile(r"<html\b[^>]{0,2000}", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,200})", re.IGNORECASE)


# What a page that says no more than this may be of anything: a refusal, a sign-in, a bare start page.
_BARE_TITLE = re.compile(
    r"(?:(?:error\s*)?[1-5][0-9]{2}\b.*|.*\b(?:not found|forbidden|unauthori[sz]ed|denied|sign in|log ?in|sign-in)\b.*"
    r"|home|start|welcome|index|loading.*)",
    re.IGNORECASE,
)
_PROCUREMENT = re.compile(r"\b(?:orders?|pedidos?|purchas(?:e|ing)|procurement|requisitions?|suppliers?|invoices?)\b")


def is_something_else(html: str, base_url: str) -> bool:
    """Return whether a page is seen to be of something else than Coupa: it has a title of its own, and no sign of it.

    A page that says nothing of itself proves nothing: what it means is for whoever asked for it.

    Args:
        html: A page that was found at the tenant's address.
        base_url: The tenant's address.
    """
    title = page_title(html)
    return bool(title) and not _BARE_TITLE.fullmatch(title) and not is_coupas(html, base_url)


def is_coupas(html: str, base_url: str) -> bool:
    """Return whether a page has a sign of Coupa: its name, the mark on ``<html>``, or a word of what it is for.

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
    text = text.replace(host, "") if host else text
    return "coupa" in text or _PROCUREMENT.search(text) is not None


def page_title(html: str) -> str:
    """Return a page's title in one line; empty if it has none."""
    found = _TITLE.search(html[:_LOOKED_AT_CHARS])
    return " ".join(found[1].split()) if found else ""
