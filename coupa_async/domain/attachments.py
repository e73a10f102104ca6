"""A document's HTML into its attachments, and what its own counts say is still missing. Structures: domain facts §3."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.order import Attachment, AttachmentKind

_FILE_PATH = re.compile(r"/attachment/attachment_file/(?:type|file)/([^/]+)/")
_ANY_ID = re.compile(r"(?:^|[/_])(\d+)(?:$|[/?#])")
_COUNT = re.compile(r"\((\d+)\)")
_TEXT_NAME_CHARS = 60
_COMMENT_LINKS = "#s-mountCommentsApp li.attachmentFile a[href]"
_SPANS = "li.attachment span.attachment-file, li.attachment span.attachment-text, li.attachment span.attachment-url"
_LINKS = 'a[href*="attachment_file"], a[download][href], [data-url*="/attachment"]'
_SUBSTANCE = "span.attachment-file[data-url], span.attachment-text, span.attachment-url, a[href]"
_NEVER = ("/sessions/", "/public_attachments/")


def parse_attachments(tree: LexborHTMLParser, url: str) -> tuple[Attachment, ...]:
    """Name a document's attachments in page order, each id once; a file goes before another kind of the same id.

    Args:
        tree: The document.
        url: Where it came from, for relative addresses.
    """
    found: dict[str, Attachment] = {}
    for one in _all(tree, url):
        known = found.get(one.id)
        if known is None or (known.kind is not AttachmentKind.FILE and one.kind is AttachmentKind.FILE):
            found[one.id] = one
    return tuple(found.values())


def missing_attachments(tree: LexborHTMLParser) -> str:
    """Say what the page announces and does not show yet; empty when it shows everything."""
    if tree.css_first("div.attachments") and not tree.css_first("li.attachment, div.attachments li.show.none"):
        return "the attachment list is not there yet"
    bare = [item for item in tree.css("div.attachments li.attachment") if not item.css_first(_SUBSTANCE)]
    if bare:
        return f"{len(bare)} attachments have no address yet"
    announced = _count(tree.css_first("button.s-viewFileAttachment"))
    shown = len({_id_of(link.attributes.get("href") or "") for link in tree.css(_COMMENT_LINKS)})
    if shown < announced:
        return f"{announced - shown} of {announced} comment attachments are not shown yet"
    if _count(tree.css_first("span.comments_count")) and tree.css_first("#s-mountCommentsApp"):
        return "" if tree.css_first("#s-mountCommentsApp li.comment") else "the comments are not shown yet"
    return ""


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
        elif one := _file(node, _absolute(url, address.strip())):
            yield one


def _absolute(url: str, address: str) -> str:
    # Most are so already, and `urljoin` would take them apart all the same.
    return address if address.startswith(("https://", "http://")) else urljoin(url, address)


def _file(node: LexborNode, address: str) -> Attachment | None:
    parts = urlsplit(address)
    # `/attachments/{id}` leads back to the document and `/public_attachments/` is the company's logo (facts §1).
    attributes = node.attributes
    is_file = "attachment_file" in parts.path or "download" in attributes
    if parts.scheme not in ("http", "https") or not is_file or parts.path.startswith(_NEVER):
        return None
    name = attributes.get("title") or attributes.get("download") or _title(node) or node.text(strip=True)
    return Attachment(id=_id_of(address) or _item_id(node), kind=AttachmentKind.FILE, name=name or "", url=address)


def _text(node: LexborNode) -> Attachment:
    text = node.text(deep=True).strip()
    first = next((line.strip(" \t=-*_") for line in text.splitlines() if line.strip(" \t=-*_")), "")
    return Attachment(
        id=_item_id(node) or _hash(text),
        kind=AttachmentKind.TEXT,
        name=" ".join(first.split())[:_TEXT_NAME_CHARS].strip() or "Text attachment",
        text=text,
    )


def _link(node: LexborNode, address: str) -> Attachment:
    title = _title(node) or node.text(strip=True)
    if urlsplit(address).scheme not in ("http", "https", "ftp", "mailto"):
        return _text(node)  # javascript:, file: and the like are shown, never made something that opens
    return Attachment(id=_item_id(node) or _hash(address), kind=AttachmentKind.URL, name=title or address, url=address)


def _title(node: LexborNode) -> str | None:
    titled = node.css_first("[title]")
    return titled.attributes.get("title") if titled else None


def _id_of(address: str) -> str:
    """Find an attachment's id in its address; for an address without one, a stable stand-in."""
    if match := _FILE_PATH.search(address):
        return match[1]
    path = urlsplit(address).path
    found = _ANY_ID.findall(path)
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


def _count(node: LexborNode | None) -> int:
    """Read the number in parentheses, the part of such a label that no language changes."""
    match = _COUNT.search(node.text()) if node is not None else None
    return int(match[1]) if match else 0


def _hash(text: str) -> str:
    return "x" + hashlib.sha256(text.encode()).hexdigest()[:12]
