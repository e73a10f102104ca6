"""Addresses as pages write them: split safely, and found anywhere in a page's text.

Coupa shows addresses as people typed them. ``urlsplit`` raises an error for some (``http://[SharePoint]/x``), so all
addresses of a page go through :func:`split`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from coupa_async.domain.errors import ExcessivePageError

_NOWHERE = SplitResult("", "", "", "", "")
_NEVER = ("/sessions/", "/public_attachments/")
_ID = re.compile(r"attachment_file/(?:[A-Za-z_]{1,20}/){0,2}(?P<id>[A-Za-z0-9_-]{1,64})(?=$|[/?#])")
_QUERY_ID = re.compile(r"attachment_file(?:/[a-z_]{1,20})?/?\?(?:[^#]{0,500}&)?(?:id|attachment_id)=(?P<id>\d{1,20})")
# How the text of a page may spell `attachment_file`, and its slashes: in HTML, in JSON, in a query.
_MARK = re.compile(r"attachment(?:_|%5[Ff]|\\{1,8}u005[Ff]|&#95;|&#[xX]5[Ff];|&lowbar;)file")
_KNOWN = re.compile(r"attachment_file/(?:type|file)/(\d{1,20})/")
_ESCAPE = re.compile(
    r"""\\{1,8}(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([/"'`]))|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"""
)
_ESCAPED_TIMES = 3
_BEFORE, _AFTER = 300, 4_096
_HEAD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:/%@-"
_DIGIT = re.compile(r"[0-9]")
_ID_WITHIN = 100
_START = re.compile(r"(?i)https?://[^/?#]*")
_TAG_OR_LINE = re.compile(r"[<\r\n]")
_LINE_END = re.compile(r"[\r\n\t\x00]")
_BARE_END = re.compile(r"""[\s"'`<>\\]""")
_NAME_END = re.compile(r"\.(?=\w{0,4}[A-Za-z])\w{1,5}$")
_ENCODED = re.compile(r"attachment(?:%|_file%)")  # it is itself a part of an address: of its query
_TOKEN = re.compile(r"[A-Za-z0-9._~%+*!()-]*")


def split(address: str) -> SplitResult:
    """Split an address. An impossible address has no parts at all."""
    try:
        return urlsplit(address)
    except ValueError:
        return _NOWHERE


def absolute(base: str, address: str) -> str:
    """Complete an address that a page at ``base`` names; empty if it leads nowhere on the web."""
    address = address.strip()
    try:
        # Most are complete already, and `urljoin` would take them apart all the same.
        whole = address if address.startswith(("https://", "http://")) else urljoin(base, address)
        start = _START.match(whole)
        return whole if start and _is_web(start[0]) else ""
    except ValueError:
        return ""


@lru_cache(maxsize=256)
def _is_web(start: str) -> bool:
    """Return whether an address that begins so leads somewhere on the web.

    Raises:
        ValueError: If it cannot be told.
    """
    parts = urlsplit(start)
    return bool(parts.hostname) and parts.port != 0  # a bad one raises


def file_id(address: str) -> str:
    """Return the id of the attachment that an address downloads; empty if it downloads none.

    ``/attachments/{id}`` and ``/public_attachments/`` download none: ``docs/design/coupa-pages.md``, "Addresses". Nor
    does an address whose id a script or template has yet to fill in.
    """
    found = _ID.search(address) or _QUERY_ID.search(address)
    if found is None or not any("0" <= ch <= "9" for ch in found["id"]):
        return ""
    return "" if split(address).path.startswith(_NEVER) else found["id"]


def file_addresses(html: str, base: str, known: set[str], most: int) -> dict[str, str]:
    """Find the address of every attachment in a page's text: in attributes, scripts and comments.

    The page is not parsed, so this finds what a parser overlooks.

    Args:
        html: The page.
        base: Where it is.
        known: Ids of attachments that are known already.
        most: How many places may be looked at.

    Returns:
        Address by id, in the order of the page.

    Raises:
        ExcessivePageError: If there are more places.
    """
    found: dict[str, str] = {}
    for mark in _MARK.finditer(html):
        plain = _KNOWN.match(html, mark.start())
        if plain and (plain[1] in known or plain[1] in found):
            continue
        if not _DIGIT.search(html, mark.end(), mark.end() + _ID_WITHIN):
            continue
        most -= 1
        if most < 0:
            raise ExcessivePageError(f"{base}: the page speaks of attachments in far too many places")
        address = absolute(base, _address(html[max(0, mark.start() - _BEFORE) : mark.start()], html, mark.start()))
        attachment_id = file_id(address)
        if attachment_id and attachment_id not in known:
            found.setdefault(attachment_id, address)
    return found


def _address(before: str, html: str, start: int) -> str:
    """Cut an address out of the text around its mark."""
    before, after = _plain(before), _plain(_TAG_OR_LINE.split(html[start : start + _AFTER], maxsplit=1)[0])
    begin = len(before.rstrip(_HEAD))
    head, opener = before[begin:], before[begin - 1 : begin]
    if not _ENCODED.match(after):
        return _head(head) + _tail(after, opener)
    after = _TOKEN.match(after)[0]  # type: ignore[index]  # it matches the empty text, too
    for _ in range(_ESCAPED_TIMES):
        head, after = unquote(head), unquote(after)
        if not _ENCODED.match(after):
            break
    return _head(head) + after.partition("&")[0]


def _plain(text: str) -> str:
    """Undo what JSON, scripts and HTML do to addresses, one inside the other included."""
    for _ in range(_ESCAPED_TIMES):
        if (plain := _ESCAPE.sub(_unescaped, text)) == text:
            break
        text = plain
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped(escape: re.Match[str]) -> str:
    if code := escape[1] or escape[2]:
        return chr(int(code, 16))
    return escape[3] or unescape(escape[0])


def _head(text: str) -> str:
    """Leave out what only stands before an address: a key, another address."""
    if (at := max(text.rfind("https://"), text.rfind("http://"))) >= 0:
        return text[at:]
    return text if text.startswith("//") else text.rpartition(":")[2]


def _tail(text: str, opener: str) -> str:
    """Return where an address ends: with the quotes that it stands in, else with the first space or quote."""
    text = _LINE_END.split(text, maxsplit=1)[0]
    if opener and opener in "\"'`":
        quoted = text.partition(opener)[0]
        first = quoted.partition(" ")[0]
        # A name may hold spaces; where it has ended, a list of addresses or a sentence goes on.
        is_whole = first == quoted or not (_NAME_END.search(first) or "?" in first or quoted.count("_file") > 1)
        return quoted.replace(" ", "%20") if is_whole and quoted.count("attachment_file") == 1 else _one_of(first)
    bare = _one_of(_BARE_END.split(text, maxsplit=1)[0]).removesuffix("--").rstrip(".,;:!")
    return bare if "(" in bare else bare.rstrip(")]}").rstrip(".,;:!")


def _one_of(text: str) -> str:
    """Take the first of several addresses that nothing but commas stands between."""
    return re.split(r"[,;|]", text, maxsplit=1)[0] if text.count("attachment_file") > 1 else text
