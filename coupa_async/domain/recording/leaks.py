"""Finds what still looks like somebody's data in a scrubbed page. It does not trust the scrubber."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.recording.allowed import ELEMENTS, ROLES
from coupa_async.domain.recording.scrub import ADDRESSES, ORIGIN, PHRASES, SEGMENTS, TEXTS, TOKENS

_EMAIL = re.compile(r"(?<![^\s@<>\"'])[^\s@<>\"']+@([^\s@<>\"'.]+\.[^\s@<>\"']+)")
_KEY = re.compile(r"[0-9a-fA-F]{32,}")
_STAND_IN_KEY = re.compile(r"0{30,}[0-9a-f]{1,10}")
_LONG_NUMBER = re.compile(r"\d{6,}")
_STAND_IN_NUMBER = re.compile(r"88\d{6}")
_NAMED = r"(?:Text|Supplier) \d{1,6}"
_NUMBERED = r"#?(?:PO|PM|po|pm)?88\d{6}"
_TEXT = re.compile(
    rf"{_NAMED}|person\d+@example\.com|file-\d+\.(?:pdf|docx|xlsx|msg|png|txt)|\d{{1,6}}\.00|{_NUMBERED}"
    r"|\d{1,4}(?: - \d{1,4}(?: / \d{1,4})?)?"  # of a table's paging
    r"|0{30,}[0-9a-f]{1,10}|k?0{30,}[0-9a-f]{1,10}"
)
_TAIL = re.compile(rf"(?P<label>.*?)\s?(?:#{_NUMBERED}|\(\d{{1,4}}\))")
_SEGMENT = re.compile(r"88\d{6}|part-\d+|file-\d+\.\w{2,5}")
_SCRIPT = re.compile(r"var num_secs = \d{1,6};")


def suspicions(html: str, base_url: str, suppliers: Collection[str]) -> list[str]:
    """List what must not be sent to others, one sentence for each kind, without quoting it.

    Args:
        html: A scrubbed page.
        base_url: The tenant's address.
        suppliers: Names that the scrubber replaced; other texts are labels, whose words ids are made of.
    """
    tree = LexborHTMLParser(html)
    kinds = {
        "the host or name of your Coupa": _has_tenant(html, base_url),
        "an e-mail address": sum(not match[1].endswith("example.com") for match in _EMAIL.finditer(html)),
        "a key or token": sum(not _STAND_IN_KEY.fullmatch(key) for key in _KEY.findall(html)),
        "a long number": sum(
            not _STAND_IN_NUMBER.fullmatch(item) for item in _LONG_NUMBER.findall(_STAND_IN_KEY.sub("", html))
        ),
        "a text that is no stand-in": sum(not _is_stand_in(text) for text in _texts(tree)),
        "an address that leads somewhere": sum(not _is_safe(address) for address in _addresses(tree)),
        "an element or a role that somebody named": sum(map(_is_named, tree.css("*"))),
        "a script": sum(not _SCRIPT.fullmatch(item.text().strip()) for item in tree.css("script")),
        "a supplier's name, in an id or a class": _survivors(tree, suppliers),
    }
    return [f"{kind} ({count} of them)" for kind, count in kinds.items() if count]


def _has_tenant(html: str, base_url: str) -> int:
    host = (urlsplit(base_url).hostname or "").lower()
    name = host.partition(".")[0]
    text = html.lower().replace(urlsplit(ORIGIN).netloc, "")
    return text.count(host) + (text.count(name) if len(name) > 3 and name.isalpha() else 0)


def _texts(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.root.traverse(include_text=True) if tree.root else ():
        if node.is_text_node and not (node.parent and node.parent.tag == "script"):
            yield node.text_content or ""
        elif node.is_comment_node:
            yield node.comment_content or "comment"
        elif node.is_element_node:
            yield from (value or "" for name, value in node.attributes.items() if name in (*TEXTS, "aria-label"))


def _is_stand_in(text: str) -> bool:
    for line in re.split(r"[\t\r\n]+|[=*_-]{3,}", text):
        core = " ".join(line.split())
        tail = _TAIL.fullmatch(core)
        core = tail["label"] if tail else core
        if any(ch.isalnum() for ch in core) and core.casefold() not in PHRASES and not _TEXT.fullmatch(core):
            return False
    return True


def _is_named(node: LexborNode) -> bool:
    role = node.attributes.get("role")
    return (node.tag or "") not in (*ELEMENTS, "meta", "script") or (role is not None and role not in ROLES)


def _addresses(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("*"):
        yield from (value or "" for name, value in node.attributes.items() if name in ADDRESSES)


def _is_safe(address: str) -> bool:
    if address in ("", "#", "javascript:void(0)") or re.fullmatch(r"mailto:(person\d+@example\.com)?", address):
        return True
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.netloc and not re.fullmatch(r"(tenant|other\d+)\.example\.com", parts.netloc):
        return False
    return all(not part or part in SEGMENTS or _SEGMENT.fullmatch(part) for part in parts.path.split("/"))


def _survivors(tree: LexborHTMLParser, suppliers: Collection[str]) -> int:
    """Count names that a page writes into its ids and classes: `Acme Paper` as `theme-acme-paper`."""
    tokens = {_bare(node.attributes.get(name) or "") for node in tree.css("*") for name in TOKENS}
    return sum(any(name in token for token in tokens) for name in map(_bare, suppliers) if len(name) > 4)


def _bare(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())
