"""Finds the attachments in a document's HTML.

The structures are in ``docs/design/coupa-pages.md``, "Attachments" and "Comments". Addresses of downloads outside of
them count, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypedDict
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.order import Attachment, AttachmentIntent, AttachmentKind, AttachmentPlace
from coupa_async.domain.pages.links import absolute, file_addresses, file_id, split
from coupa_async.domain.pages.places import intent_of, place_of
from coupa_async.domain.redaction import redacted

_ANY_ID = re.compile(r"(?:^|[/_])(\d+)(?:$|[/?#])")
_TEXT_NAME_CHARS = 60
_SPANS = "li.attachment span.attachment-file, li.attachment span.attachment-text, li.attachment span.attachment-url"
_LINKS = 'a[href*="attachment_file"], a[download][href], [data-url*="/attachment"]'
_NEVER = ("/sessions/", "/public_attachments/")
_LOOKS_FOR_EACH = 2


def parse_attachments(
    tree: LexborHTMLParser, html: str, url: str, bounds: Bounds
) -> tuple[tuple[Attachment, ...], int]:
    """Name a document's attachments in page order, each id once; a file goes before another kind of the same id.

    Args:
        tree: The document.
        html: Its text, which is searched for addresses that the known structures do not have.
        url: Where it came from, for relative addresses.
        bounds: How many it may have.

    Returns:
        The attachments, and how many of them are in no known structure; these come last.

    Raises:
        ExcessivePageError: If there are too many.
    """
    found: dict[str, Attachment] = {}
    for item in _all(tree, url):
        known = found.get(item.id)
        if known is None or (known.kind is not AttachmentKind.FILE and item.kind is AttachmentKind.FILE):
            found[item.id] = item
    files = {item.id for item in found.values() if item.kind is AttachmentKind.FILE}
    more = file_addresses(html, url, files, most=_LOOKS_FOR_EACH * bounds.page_attachments)
    for attachment_id, address in more.items():
        found.pop(attachment_id, None)
        found[attachment_id] = Attachment(
            id=attachment_id, kind=AttachmentKind.FILE, name=_last_segment(address), url=address
        )
    if len(found) > bounds.page_attachments:
        raise ExcessivePageError(
            f"{url}: the page has {len(found):,} attachments, more than {bounds.page_attachments:,}"
        )
    return tuple(found.values()), len(more)


def _all(tree: LexborHTMLParser, url: str) -> Iterator[Attachment]:
    nodes = {node.mem_id: node for node in tree.css(f"{_SPANS}, {_LINKS}")}  # listed once for each selector that fits
    for node in nodes.values():
        attributes = node.attributes  # made anew each time that it is asked for
        classes = (attributes.get("class") or "").split()
        address = attributes.get("data-url") or attributes.get("href") or ""
        if "attachment-text" in classes:
            yield _text(node)
        elif "attachment-url" in classes:
            yield _link(node, address)
        elif item := _file(node, absolute(url, address)):
            yield item


def _file(node: LexborNode, address: str) -> Attachment | None:
    attributes = node.attributes
    attachment_id = file_id(address)
    if not attachment_id and "download" in attributes and not split(address).path.startswith(_NEVER):
        attachment_id = _id_of(address) or _item_id(node)
    if not address or not attachment_id:
        return None
    name = attributes.get("title") or attributes.get("download") or _title(node) or node.text(strip=True)
    kind = AttachmentKind.FILE
    return Attachment(id=attachment_id, kind=kind, name=name or "", url=address, **_stands(node))


def text_attachment(attachment_id: str, text: str) -> Attachment:
    """Make a text attachment, named by its first line that says something. Without an id its text identifies it."""
    first = next((line.strip(" \t=-*_") for line in text.splitlines() if line.strip(" \t=-*_")), "")
    return Attachment(
        id=attachment_id or _hash(text),
        kind=AttachmentKind.TEXT,
        name=" ".join(first.split())[:_TEXT_NAME_CHARS].strip() or "Text attachment",
        text=text,
    )


def url_attachment(attachment_id: str, label: str, address: str, shown: str = "") -> Attachment:
    """Make a URL attachment; of an address that is not for a link, a text attachment.

    Args:
        attachment_id: Its id; empty if it has none, then its address identifies it.
        label: What it is called; empty if it has no name.
        address: Where it points.
        shown: The text that stands for it.
    """
    scheme = split(address).scheme
    if scheme not in ("http", "https", "ftp", "mailto"):
        # What is no address, file: and the like are shown, never made something that opens.
        is_told = scheme == "javascript" or address in shown
        return text_attachment(attachment_id, "\n".join(filter(None, (shown, "" if is_told else address))))
    return Attachment(
        id=attachment_id or _hash(address), kind=AttachmentKind.URL, name=redacted(label or address), url=address
    )


def _text(node: LexborNode) -> Attachment:
    return replace(text_attachment(_item_id(node), node.text(deep=True).strip()), **_stands(node))


def _link(node: LexborNode, address: str) -> Attachment:
    label = _title(node) or node.text(strip=True)
    link = url_attachment(_item_id(node), label, address, node.text(deep=True).strip())
    return replace(link, **_stands(node))


class _Stands(TypedDict):
    place: AttachmentPlace
    line: str
    intent: AttachmentIntent


def _stands(node: LexborNode) -> _Stands:
    place, line = place_of(node)
    return {"place": place, "line": line, "intent": intent_of(node)}


def _title(node: LexborNode) -> str | None:
    titled = node.css_first("[title]")
    return titled.attributes.get("title") if titled else None


def _id_of(address: str) -> str:
    """Find an attachment's id in its address; for an address without one, a stable stand-in."""
    found = _ANY_ID.findall(split(address).path)
    return found[-1] if found else (_hash(address) if address else "")


def _item_id(node: LexborNode) -> str:
    """Find the id in `li.attachment#attachment_{id}` around a node."""
    parent: LexborNode | None = node
    while parent is not None:
        own = parent.attributes.get("id") or ""
        if parent.tag == "li" and own.startswith("attachment_"):
            return own.removeprefix("attachment_")
        parent = parent.parent
    return ""


def _last_segment(address: str) -> str:
    return unquote(split(address).path.rpartition("/")[2])


def _hash(text: str) -> str:
    return "x" + hashlib.sha256(text.encode()).hexdigest()[:12]
