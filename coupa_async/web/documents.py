"""The documentation as pages of the app: Markdown that comes with the program, without any HTML of its own.

In the wheel it lies beside this file; in a checkout, where it is written.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_HERE = Path(__file__).parent
_HOMES = (_HERE / "documents", _HERE.parents[1] / "docs")
ROOMS = ("guide", "reference")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_WORD = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page of the documentation.

    Attributes:
        room: Its folder, of :data:`ROOMS`.
        name: Its file's, without the suffix.
        title: Its first heading.
        text: Markdown.
    """

    room: str
    name: str
    title: str
    text: str

    @property
    def place(self) -> str:
        """What addresses name it by."""
        return f"{self.room}/{self.name}"


@cache
def documents() -> Mapping[str, Document]:
    """Read all of them, by their places, in the order of rooms and titles. Blocking, the first time."""
    home = next((home for home in _HOMES if home.is_dir()), None)
    paths = [path for room in ROOMS for path in (home / room).glob("*.md")] if home else []
    found = [_read(path) for path in paths]
    found.sort(key=lambda document: (ROOMS.index(document.room), document.title.casefold()))
    return {document.place: document for document in found}


def _read(path: Path) -> Document:
    text = path.read_text(encoding="utf-8")
    title = _TITLE.search(text)
    return Document(room=path.parent.name, name=path.stem, title=title[1] if title else path.stem, text=text)


def html_of(document: Document, base: str) -> Markup:
    """Return a document's HTML. HTML in it is shown as text, and a link leads to another document or nowhere.

    Args:
        document: Which.
        base: Where they are on the page.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(document.text)
    _mend(tokens)
    for token in tokens:
        token.children = _inline(token.children or [], document, base) if token.children is not None else None
    # Safe: the text is the program's own, and the renderer lets no HTML of it through.
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S704


def _mend(tokens: Sequence[Token]) -> None:
    """Give headings the ids that links name them by; a column that is headed by nothing has no heading."""
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            words = tokens[number + 1].content
            token.attrSet("id", _WORD.sub("", words).strip().lower().replace(" ", "-"))
        elif token.type == "th_open" and not tokens[number + 1].content:
            token.tag = tokens[number + 2].tag = "td"


def _inline(tokens: Sequence[Token], document: Document, base: str) -> list[Token]:
    shown: list[Token] = []
    ends: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""), document, base)
            ends.append(bool(target))
            if not target:
                continue
            token.attrSet("href", target)
        elif (token.type == "link_close" and not ends.pop()) or token.type == "image":
            continue
        shown.append(token)
    return shown


def _target(link: str, document: Document, base: str) -> str:
    """Return where a link leads; empty if that is nothing which comes with the program."""
    path, _, part = link.partition("#")
    fragment = f"#{part}" if part else ""
    if not path:
        return fragment
    place = posixpath.normpath(posixpath.join(document.room, path)).removesuffix(".md")
    return f"{base}/{place}{fragment}" if place in documents() else ""
