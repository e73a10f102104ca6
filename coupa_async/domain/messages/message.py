"""An Outlook message, and the HTML page that it is printed from. The page loads nothing from anywhere."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from mimetypes import guess_type
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrokenMessageError
from coupa_async.domain.pages.markup import nesting

# Scripts and requests are forbidden to the page itself; what could still lead it elsewhere is taken out below.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"
_TAKEN_OUT = "script, noscript, iframe, frame, frameset, object, embed, applet, base, meta, link, template, title"
_KEPT_SCHEMES = ("http:", "https:", "mailto:", "tel:", "#")
_FETCHING = {
    *("src", "srcset", "background", "poster", "data", "action", "formaction", "ping", "lowsrc", "dynsrc"),
    *("xlink:href", "manifest", "longdesc"),
}
_BOUNDS = Bounds()
_IMAGE = re.compile(r"image/[\w.+-]+")
_CID = re.compile(r"cid:([^\s\"'>)]+)", re.IGNORECASE)
_STYLE = (
    "body{font:11pt/1.4 'Segoe UI',system-ui,sans-serif;margin:0}"
    ".letter-head{border-collapse:collapse;margin-bottom:1em}"
    ".letter-head th{text-align:left;vertical-align:top;padding:0 1em .2em 0}.letter-list{border-top:1px solid #999;"
    "margin-top:1.5em;padding-top:.5em}img{max-width:100%}.letter-text{white-space:pre-wrap;overflow-wrap:anywhere}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAttachment:
    """An attachment of a message.

    Attributes:
        name: As the message gives it; not yet safe.
        data: Its bytes; empty for a message, and for a link to somewhere else.
        content_id: The name that the HTML body uses for it; empty if none.
        mime: Its type as the message has it; empty if it does not say.
        message: The message, if it is one.
    """

    name: str
    data: bytes = b""
    content_id: str = ""
    mime: str = ""
    message: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An Outlook message. Texts are empty where it has none.

    Attributes:
        sent: When it was sent; ``None`` if it never was.
        html: The HTML body.
        text: The plain body.
    """

    subject: str
    sender: str
    to: str
    cc: str
    sent: datetime | None
    html: str
    text: str
    enclosures: tuple[MessageAttachment, ...]

    @property
    def listed(self) -> tuple[MessageAttachment, ...]:
        """The attachments that are not shown as pictures in the body."""
        shown = {unquote(name).lower() for name in _CID.findall(self.html)}
        return tuple(
            enclosure
            for enclosure in self.enclosures
            if not (_is_picture(enclosure) and enclosure.content_id.lower() in shown)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it is printed.

    Attributes:
        subject: Of the message.
        page: One HTML page.
        listed: What is attached and not shown in it; what is a message has its letter among ``letters`` instead.
        letters: The messages attached, each with the name that it has there.
    """

    subject: str
    page: str
    listed: tuple[tuple[str, bytes], ...] = ()
    letters: tuple[tuple[str, Letter], ...] = ()


def lay_out(message: Message, bounds: Bounds = _BOUNDS) -> Letter:
    """Lay out a message for printing, and the messages that are attached to it.

    Raises:
        BrokenMessageError: If its HTML is out of bounds.
    """
    page, listed = _page(message, bounds)
    letters = tuple((item.name, lay_out(item.message, bounds)) for item in listed if item.message is not None)
    files = tuple((item.name, item.data) for item in listed if item.message is None and item.data)
    return Letter(subject=message.subject, page=page, listed=files, letters=letters)


def letter(message: Message, bounds: Bounds = _BOUNDS) -> str:
    """Lay out a message for printing: its headers, its body with its pictures, the list of what is attached.

    Raises:
        BrokenMessageError: As :func:`lay_out`.
    """
    return _page(message, bounds)[0]


def _page(message: Message, bounds: Bounds) -> tuple[str, tuple[MessageAttachment, ...]]:
    """Lay out one message; the page, and what its list names."""
    sent = message.sent.strftime("%Y-%m-%d %H:%M %Z").strip() if message.sent else ""
    headers = {"From": message.sender, "To": message.to, "Cc": message.cc, "Date": sent, "Subject": message.subject}
    rows = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in headers.items() if value)
    pictures = _Pictures(message.enclosures, bounds.message_pictures_bytes)
    style, body = "", f'<div class="letter-text">{escape(message.text)}</div>'
    if message.html:
        style, body = _body(message.html, pictures, bounds.page_depth)
    names = {id(item) for item in message.listed} | pictures.left_out
    listed = tuple(enclosure for enclosure in message.enclosures if id(enclosure) in names)
    items = "".join(f"<li>{escape(_label(item))}</li>" for item in listed)
    attached = f'<div class="letter-list"><b>Attachments</b><ul>{items}</ul></div>' if items else ""
    page = (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(message.subject)}</title><style>{_STYLE}</style>{style}</head>"
        f'<body><table class="letter-head">{rows}</table>{body}{attached}</body></html>'
    )
    if len(page.encode("utf-8", "replace")) > bounds.message_page_bytes:
        raise BrokenMessageError(f"printed, it would be a page of over {bounds.message_page_bytes / 2**20:.0f} MB")
    return page, listed


class _Pictures:
    """A message's pictures, to be shown in its body as far as there is room for them.

    Attributes:
        left_out: The ``id`` of those for which there was none: they are listed as what is attached.
    """

    def __init__(self, enclosures: tuple[MessageAttachment, ...], room_bytes: int) -> None:
        self._by_id = {
            enclosure.content_id.lower(): enclosure
            for enclosure in enclosures
            if enclosure.content_id and _is_picture(enclosure)
        }
        self._room_bytes = room_bytes
        self.left_out: set[int] = set()

    def find(self, address: str) -> str:
        """Find what an image shows, as a data URI; empty for what would have to be fetched, or has no room."""
        lower = address[:11].lower()
        if lower == "data:image/":
            return address
        picture = self._by_id.get(unquote(address[4:]).lower()) if lower.startswith("cid:") else None
        if picture is None:
            return ""
        if len(picture.data) > self._room_bytes:
            self.left_out.add(id(picture))
            return ""
        self._room_bytes -= len(picture.data)
        return f"data:{_mime(picture)};base64,{base64.b64encode(picture.data).decode()}"


def _body(html: str, pictures: _Pictures, limit: int) -> tuple[str, str]:
    """Clean an HTML body; its style sheets, and what is in it."""
    if nesting(html, limit) > limit:
        raise BrokenMessageError(f"its HTML has over {limit} elements inside each other")
    tree = LexborHTMLParser(html)
    for node in tree.css(_TAKEN_OUT):
        node.decompose()
    for node in tree.css("*"):
        _clean(node, pictures)
    styles = tree.css("style")
    style = "".join(node.html or "" for node in styles)
    for node in styles:
        node.decompose()
    return style, f"<div>{tree.body.inner_html or ''}</div>" if tree.body else ""


def _clean(node: LexborNode, pictures: _Pictures) -> None:
    for name, value in list(node.attributes.items()):
        text = (value or "").strip()
        if name.lower() == "src" and (picture := pictures.find(text)):
            node.attrs[name] = picture
        elif _is_unsafe(name.lower(), text.lower()):
            del node.attrs[name]


def _is_unsafe(name: str, value: str) -> bool:
    return name.startswith("on") or name in _FETCHING or (name == "href" and not value.startswith(_KEPT_SCHEMES))


def _mime(attachment: MessageAttachment) -> str:
    mime = attachment.mime.lower()
    return mime if _IMAGE.fullmatch(mime) else guess_type(attachment.name)[0] or mime


def _is_picture(attachment: MessageAttachment) -> bool:
    return bool(attachment.data) and _mime(attachment).startswith("image/")


def _label(attachment: MessageAttachment) -> str:
    if attachment.message is not None:
        return f"{attachment.name or attachment.message.subject or 'message'} (message)"
    size = f"{len(attachment.data):,} bytes" if attachment.data else "not in the message"
    return f"{attachment.name or 'attachment'} ({size})"
