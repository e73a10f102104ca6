"""How many items of a kind a page says that it has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain, islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.data.labels import folded, words
from coupa_async.domain.pages.places import ancestors, is_in_line

# In parentheses of any script, perhaps beside a mark of the direction of writing, with thousands set apart.
_COUNT = re.compile(r"[(\uff08][^\w()]{0,4}(\d{1,12}(?:[.,'\u2019\u066c\s]\d{2,3}){0,4})[^\w()]{0,4}[)\uff09]")
_ALONE = re.compile(r"(?<![\w.,#-])\d{1,9}(?![\w.,-])")
_HEADINGS = "h1, h2, h3, h4, h5, h6, legend, summary, [role=heading], [role=tab], a[href^='#']"
_COUNTERS = '[class*="attachment" i], [id*="attachment" i]'
_COUNTER = re.compile(r"(?i)attachments?[-_]{0,2}(?:count|counter|total|badge)s?(?![a-z])")
_ATTACHMENTS = words(
    "attachments attachedfiles anexos arquivosanexados adjuntos archivosadjuntos piecesjointes fichiersjoints "
    "anhange anlagen allegati bilagor bilag bijlagen zalaczniki prilohy ekler"
)
_LINES = words("lines orderlines linhas linhasdopedido lineas lignes positionen zeilen righe rader linjer regels")
_LONGEST_HEADING, _MOST, _LEVELS = 80, 500, 40


def count_in(node: LexborNode) -> int | None:
    """Read the number in parentheses, or the only one in a label: no language changes that. ``None`` without one."""
    return _count(node.text())


def announced_attachments(tree: LexborHTMLParser) -> int | None:
    """Read how many attachments a page's headings and counters say that it has; ``None`` if none does.

    Those of lines and of comments count theirs alone.
    """
    counters = (node for node in tree.css(_COUNTERS)[:_MOST] if _is_counter(node))
    counts = (count_in(node) for node in chain(counters, _headings(tree, _ATTACHMENTS)) if not _is_of_a_part(node))
    return max((count for count in counts if count is not None), default=None)


def announced_lines(tree: LexborHTMLParser) -> int | None:
    """Read how many lines a page's headings say that its order has; ``None`` if none does."""
    counts = (count_in(node) for node in _headings(tree, _LINES) if not _is_of_a_part(node))
    return max((count for count in counts if count is not None), default=None)


def _count(text: str) -> int | None:
    match = _COUNT.search(text)
    found = [match[1]] if match else _ALONE.findall(text)
    digits = "".join(char for char in found[0] if char.isdecimal()) if len(found) == 1 else ""
    return int(digits) if digits else None


def _is_counter(node: LexborNode) -> bool:
    attributes = node.attributes
    return bool(_COUNTER.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"))


def _headings(tree: LexborHTMLParser, names: Collection[str]) -> Iterator[LexborNode]:
    """Return the headings that are one of these names and a number."""
    for node in tree.css(_HEADINGS)[:_MOST]:
        text = node.text()
        name = "".join(char for char in text[:_LONGEST_HEADING] if not char.isdigit())
        if len(name) < len(text) <= _LONGEST_HEADING and folded(name) in names:
            yield node


def _is_of_a_part(node: LexborNode) -> bool:
    return is_in_line(node) or any(
        around.attributes.get("id") == "s-mountCommentsApp"
        or "comment" in (around.attributes.get("class") or "").split()
        for around in islice(ancestors(node), _LEVELS)
    )
