"""The paging of an order's table of lines: how many lines there are, and what leads to the others.

The program clicks nothing else: ``docs/design/coupa-pages.md``, "Lines".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.data.labels import folded
from coupa_async.domain.pages.counts import announced_lines
from coupa_async.domain.pages.data.line_counts import announced, says_more_pages
from coupa_async.domain.pages.data.shown_text import classes_of
from coupa_async.domain.pages.places import LINE_FILES, LINE_ROW, ancestors

_TABLE = "#order_line_table_tag"
_ROW = f'tr[id^="{LINE_ROW}"]'
_ISLAND = "s-mountcommentsapp"
_OTHERS = frozenset(("comment", "attachments", LINE_FILES))
_LEVELS = 6
_NEAR = 3  # so far out is looked for paging that is not called so
_CONTROLS = "a, button, option, [role=button], [rel~=next]"
_MOST_TEXTS, _MOST_NODES = 400, 2_000
_WORDS = ("pagin", "per_page", "perpage", "pager", "page_entries", "pageinfo")
_CALLED_SO = ", ".join(f'[class*="{word}" i], [id*="{word}" i]' for word in _WORDS)
_ANY_WORD = re.compile("|".join(_WORDS), re.IGNORECASE)
_MOST_CALLED_SO = 200
# What a page may show at once; a group of numbers that has others, such as 1 and 2, names pages.
_SIZES = frozenset((10, 15, 20, 25, 30, 45, 50, 60, 75, 90, 100, 150, 200, 250, 500))
_NEXT = frozenset(
    map(
        folded,
        (
            *("next", "next page", "próximo", "próxima", "próxima página", "siguiente", "suivant", "page suivante"),
            *("weiter", "nächste", "nächste seite", "avanti", "successivo", "successiva", "nästa", "næste", "volgende"),
        ),
    )
)
_NEXT_CLASSES = frozenset(("next", "next_page", "nextpage", "next-page", "paginationnext", "pagination-next"))
_OFF = frozenset(("disabled", "is-disabled", "inactive"))
_CURRENT = frozenset(("current", "active", "selected"))
_ARROWS = " \u203a\u00bb\u2192>"
_TEXT_CHARS = 2_000
_ROW_TAG = re.compile(rf"""<tr\s[^<>]{{0,500}}?id=["']?{LINE_ROW}""")
_SENDS = ("data-method", "data-confirm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What a page tells of the lines that it does not show.

    Attributes:
        shown: How many it shows.
        announced: How many the order has; ``None`` if the page does not say.
        larger: CSS selector of what shows the most lines a page; empty if there is nothing.
        next: CSS selector of what leads to the next page; empty if there is nothing.
        has_more_pages: Whether it says that it is the first of several.
    """

    shown: int = 0
    announced: int | None = None
    larger: str = ""
    next: str = ""
    has_more_pages: bool = False

    @property
    def is_all(self) -> bool:
        """Whether there are no other lines than those shown, as far as the page tells."""
        if self.announced is not None:
            return self.shown >= self.announced
        return not self.next and not self.has_more_pages and not (self.larger and self.shown in _SIZES)


def may_be_paged(html: str) -> bool:
    """Tell at once, without parsing it, most pages whose lines are all shown.

    These have no lines, or neither what is called paging nor as many lines as a page of a table has.
    """
    return LINE_ROW in html and (_ANY_WORD.search(html) is not None or len(_ROW_TAG.findall(html)) in _SIZES)


def read_paging(tree: LexborHTMLParser) -> Paging:
    """Read the paging of a page's lines."""
    table, rows = tree.css_first(_TABLE), tree.css(_ROW)
    shown = len({row.attributes.get("id") for row in rows})
    if table is None or not rows:
        return Paging(shown=shown)
    found = _paging(tree, table, rows, shown)
    return Paging(
        shown=shown,
        announced=announced(found.texts, shown) or _headed(tree, shown),
        larger=_path(_larger(found.controls)),
        next=_path(_next(found)),
        has_more_pages=found.is_called_so and says_more_pages(found.texts),
    )


def _headed(tree: LexborHTMLParser, shown: int) -> int | None:
    """Return how many lines a heading tells of, where a table is as long as a page of one and these are more."""
    told = announced_lines(tree) if shown in _SIZES else None
    return told if told is not None and told > shown else None


class _Elements(NamedTuple):
    """The elements of a table's paging, in the order of the page.

    Attributes:
        nodes: All of them.
        controls: Those that lead somewhere.
        is_called_so: Whether they are called paging.
    """

    nodes: Sequence[LexborNode] = ()
    controls: Sequence[LexborNode] = ()
    is_called_so: bool = True

    @property
    def texts(self) -> list[str]:
        """What they say."""
        return [(node.text(separator=" ") or "")[:_TEXT_CHARS] for node in self.nodes[:_MOST_TEXTS]]


def _paging(tree: LexborHTMLParser, table: LexborNode, rows: Sequence[LexborNode], shown: int) -> _Elements:
    """Find the paging that is nearest to the lines.

    Paging that is not called so is known by what it says or does, where the table is as long as a page of one.
    """
    called_so = [(node, _ids((node, *ancestors(node)))) for node in tree.css(_CALLED_SO)[:_MOST_CALLED_SO]]
    holders = _ids(ancestors(rows[0])) | _ids(row.parent for row in rows if row.parent is not None)
    for distance, level in enumerate(islice((table, *ancestors(table)), _LEVELS + 1)):
        if inside := [node for node, around in called_so if level.mem_id in around and is_paging(node)]:
            return _elements_in(inside, level, holders)
        if level.tag in ("body", "html"):
            break
        if distance < _NEAR and shown in _SIZES:
            found = _elements_in([level], level, holders, is_called_so=False)
            if _next(found) or any(map(_is_next, found.controls)) or _larger(found.controls):
                return found
            if (announced(found.texts, shown) or 0) > shown:
                return found
    return _Elements()


def _elements_in(
    starts: Iterable[LexborNode], level: LexborNode, holders: Set[int], *, is_called_so: bool = True
) -> _Elements:
    """Return what is in some elements, but for lines, comments and files, and what holds these lines."""
    nodes: dict[int, LexborNode] = {}
    waiting = list(starts)[::-1]
    while waiting and len(nodes) < _MOST_NODES:
        node = waiting.pop()
        own = (node.attributes.get("id") or "").lower()
        if own.startswith(LINE_ROW) or own == _ISLAND or not _OTHERS.isdisjoint(classes_of(node)):
            continue
        if node.mem_id not in holders:
            nodes.setdefault(node.mem_id, node)
        waiting += [*node.iter()][::-1]
    controls = [node for node in level.css(_CONTROLS) if node.mem_id in nodes]
    return _Elements(tuple(nodes.values()), controls, is_called_so)


def _ids(nodes: Iterable[LexborNode]) -> set[int]:
    return {node.mem_id for node in nodes}


def is_paging(node: LexborNode) -> bool:
    """Return whether an element belongs to the paging of the table: to what is called so, and to no line."""
    named = False
    for part in islice((node, *ancestors(node)), 2 * _LEVELS):
        own = (part.attributes.get("id") or "").lower()
        if own.startswith(LINE_ROW) or own == _ISLAND or "comment" in classes_of(part):
            return False
        words = f"{own} {' '.join(classes_of(part))}".lower()
        named = named or any(word in words for word in _WORDS)
    return named


def _larger(controls: Sequence[LexborNode]) -> LexborNode | None:
    """Return the control for the most lines a page: one of a group of such numbers, if it is not chosen already."""
    best: tuple[int, LexborNode] | None = None
    for node in controls:
        size = _size(node)
        if size is None or _is_current(node) or "selected" in node.attributes or not _is_size(node):
            continue
        if best is None or size > best[0]:
            best = size, node
    return best[1] if best else None


def _is_size(node: LexborNode) -> bool:
    """Return whether a control is the highest of several numbers that are all numbers of lines."""
    group = node.parent
    others = islice(group.iter(), _MOST_TEXTS) if group is not None else ()
    numbers = [_size(item) for item in others if item.mem_id != node.mem_id]
    known = [number for number in numbers if number is not None]
    return bool(known) and {*known, _size(node)} <= _SIZES and max(known) < (_size(node) or 0)


def _size(node: LexborNode) -> int | None:
    text = node.text(strip=True)
    return int(text) if text.isdecimal() and len(text) <= 4 else None


def _next(found: _Elements) -> LexborNode | None:
    """Return what leads to the next page: what says so, or is numbered one higher than the current one."""
    for node in found.controls:
        if _is_next(node):
            return None if _is_off(node) else node
    current = next((size for node in found.nodes if _is_current(node) and (size := _size(node))), None)
    return next((node for node in found.controls if current is not None and _size(node) == current + 1), None)


def _is_next(node: LexborNode) -> bool:
    attributes = node.attributes
    if "next" in (attributes.get("rel") or "").split() or not _NEXT_CLASSES.isdisjoint(
        name.lower() for name in classes_of(node)
    ):
        return True
    texts = (attributes.get("aria-label") or "", attributes.get("title") or "", node.text(strip=True))
    return any(folded(text.strip(_ARROWS)[:40]) in _NEXT for text in texts)


def _is_off(node: LexborNode) -> bool:
    return any(
        "disabled" in part.attributes
        or part.attributes.get("aria-disabled") == "true"
        or not _OFF.isdisjoint(name.lower() for name in classes_of(part))
        for part in islice((node, *ancestors(node)), 2)
    )


def _is_current(node: LexborNode) -> bool:
    return not _CURRENT.isdisjoint(name.lower() for name in classes_of(node)) or "aria-current" in node.attributes


def _path(node: LexborNode | None) -> str:
    """Write a CSS selector of one element: from the nearest element with an id, from child to child.

    What would send something, or leads away from the order, is none: it is not clicked.
    """
    if node is None or any(name in node.attributes for name in _SENDS) or node.attributes.get("type") == "submit":
        return ""
    steps: list[str] = []
    for part in (node, *ancestors(node)):
        own = part.attributes.get("id") or ""
        if re.fullmatch(r"[A-Za-z][\w-]{0,80}", own):
            return " > ".join((f"#{own}", *reversed(steps)))
        if part.tag in ("html", "body"):
            return " > ".join((part.tag, *reversed(steps)))
        steps.append(f":nth-child({_position(part)})")
    return ""


def _position(node: LexborNode) -> int:
    position, before = 1, node.prev
    while before is not None:
        position += before.is_element_node
        before = before.prev
    return position
