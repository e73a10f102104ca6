"""Makes a page of the tenant safe to keep: nothing in it runs, loads anything, or holds a secret.

An allow-list: what is not known to be harmless is not taken over.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.redaction import redacted

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_HEAD = (
    f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    '<meta name="referrer" content="no-referrer">'
)
_TAKEN_OUT = ", ".join(
    (
        *("script", "noscript", "template", "iframe", "frame", "frameset", "object", "embed", "applet", "portal"),
        *("base", "meta", "link", "svg", "math", "audio", "video", "source", "track", "input[type=hidden i]"),
        *("plaintext", "xmp", "noembed", "noframes"),  # their text would be read as markup when it is read again
    )
)
_KEPT = frozenset(
    (
        *(
            "id",
            "class",
            "for",
            "name",
            "type",
            "role",
            "title",
            "alt",
            "placeholder",
            "label",
            "lang",
            "dir",
            "hidden",
        ),
        *("colspan", "rowspan", "span", "scope", "width", "height", "align", "valign", "border", "checked", "selected"),
        *("disabled", "open", "start", "tabindex", "download", "data-url", "data-controller", "data-action"),
    )
)
_ADDRESSES = ("href", "data-url")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
_SCHEMES = ("http", "https", "mailto")
_PICTURE = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/=]*")
_IGNORED = re.compile(r"[\x00-\x20]")  # what browsers skip in front of a scheme, and in the middle of it
_REACHING = re.compile(r"url|import|image|expression|behavior|binding|[\\@<]")


def harmless(html: str) -> str:
    """Make a page safe to keep and to open from a disk."""
    tree = LexborHTMLParser(html)
    for node in tree.css(_TAKEN_OUT):
        node.decompose()
    for node in tree.css("style"):
        if _REACHING.search(node.text().lower()):
            node.decompose()
    for node in list(tree.root.traverse(include_text=True)) if tree.root else []:
        if node.is_comment_node:
            node.decompose()
        elif node.is_text_node:
            _text(node)
        elif node.is_element_node:
            _attributes(node)
    head = tree.head.inner_html if tree.head else ""
    body = tree.body.html if tree.body else ""
    return f"<!DOCTYPE html>\n<html{_own(tree)}><head>{_HEAD}{head or ''}</head>{body or ''}</html>\n"


def _own(tree: LexborHTMLParser) -> str:
    """Return the attributes that say what kind of page it is."""
    attributes = tree.root.attributes if tree.root else {}
    handled = {name: attributes.get(name) or "" for name in ("data-controller", "data-action")}
    return "".join(f' {name}="{value}"' for name, value in handled.items() if re.fullmatch("[a-z_]{1,40}", value))


def _text(node: LexborNode) -> None:
    if node.parent is not None and node.parent.tag == "style":
        return
    text = node.text_content or ""
    if (shown := redacted(text)) != text:
        node.replace_with(shown)


def _attributes(node: LexborNode) -> None:
    for name, value in list(node.attributes.items()):
        plain, text = name.lower(), value or ""
        if plain in _ADDRESSES:
            keep = _is_plain_address(text)
        elif plain == "src":
            keep = node.tag == "img" and _PICTURE.fullmatch(text) is not None
        elif plain == "style":
            keep = not _REACHING.search(text.lower())
        elif plain == "value":
            keep = (node.attributes.get("type") or "").lower() in ("submit", "button", "reset")
        else:
            keep = plain in _KEPT or plain.startswith("aria-")
        if not keep:
            del node.attrs[name]
        elif plain != "src" and (shown := redacted(text)) != text:
            node.attrs[name] = shown


def _is_plain_address(address: str) -> bool:
    match = _SCHEME.match(_IGNORED.sub("", address).lower())
    return match is None or match[1] in _SCHEMES
