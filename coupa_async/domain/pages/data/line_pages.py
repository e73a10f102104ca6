"""The paging of an order's table of lines: how many lines there are, and what leads to the others.

The program clicks nothing else: ``docs/design/coupa-pages.md``, "Lines".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborNode

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.labels import folded
from coupa_async.domain.data.lines import OrderLine
from coupa_async.domain.pages.data.line_counts import announced, says_more_pages
from coupa_async.domain.pages.data.order_lines import read_lines
from coupa_async.domain.pages.data.shown_text import classes_of
from coupa_async.domain.pages.page import parsed
from coupa_async.domain.pages.places import LINE_FILES, LINE_ROW, ancestors

_TABLE = "#order_line_table_tag"
_ROW = f'[id^="{LINE_ROW}"]'
_ISLAND = "s-mountcommentsapp"
_OTHERS = frozenset(("comment", "attachments", LINE_FILES))
_LEVELS = 6
_NEAR = 3  # so far out is looked for paging that is not called so
_CONTROLS = "a, button, option, [role=button], [rel~=next]"
_MOST_CONTROLS, _MOST_NEAR = 400, 2_000
_PAGERS = ("pagin", "per_page", "perpage", "pager", "page_entries", "pageinfo")
_ANY_PAGER = re.compile("|".join(_PAGERS), re.IGNORECASE)
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
_ROWS = re.compile(rf"""<tr\s[^<>]{{0,500}}?id=["']?{LINE_ROW}""")
_SENDS = ("data-method", "data-confirm")

Belongs = Callable[[LexborNode], bool]
"""Tells whether an element belongs to the paging of the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesPage:
    """One page of an order's lines.

    Attributes:
        lines: Those that it shows.
        announced: How many lines the order has; ``None`` if the page does not say.
        larger: CSS selector of what shows the most lines a page; empty if there is nothing.
        next: CSS selector of what leads to the next page; empty if there is nothing.
        has_more_pages: Whether it says that it is the first of several.
    """

    lines: tuple[OrderLine, ...] = ()
    announced: int | None = None
    larger: str = ""
    next: str = ""
    has_more_pages: bool = False

    @property
    def is_all(self) -> bool:
        """Whether there are no other lines than these, as far as the page tells."""
        if self.announced is not None:
            return len(self.lines) >= self.announced
        return not self.next and not self.has_more_pages and not (self.larger and len(self.lines) in _SIZES)


def may_have_more(html: str) -> bool:
    """Tell at once, without parsing it, most pages whose lines are all shown.

    These have no lines, or neither what is called paging nor as many lines as a page of a table has.
    """
    return LINE_ROW in html and (_ANY_PAGER.search(html) is not None or len(_ROWS.findall(html)) in _SIZES)


def read_lines_page(html: str, bounds: Bounds) -> LinesPage:
    """Read the lines that a page shows, and its paging."""
    tree = parsed(html)
    lines = read_lines(tree, bounds)
    table = tree.css_first(_TABLE)
    if not lines or table is None:
        return LinesPage(lines=lines)
    around, belongs = _paging(table, len(lines))
    controls = [node for node in around.css(_CONTROLS)[:_MOST_CONTROLS] if belongs(node)]
    texts = _texts(around, belongs)
    return LinesPage(
        lines=lines,
        announced=announced(texts, len(lines)),
        larger=_path(_larger(controls)),
        next=_path(_next(around, controls, belongs)),
        has_more_pages=belongs is is_paging and says_more_pages(texts),
    )


def _paging(table: LexborNode, shown: int) -> tuple[LexborNode, Belongs]:
    """Return the nearest element around the lines that has paging in it, and what tells which elements belong to that.

    Paging that is not called so is known by what it says or does, where the table is as long as a page of one.
    """
    for distance, level in enumerate(islice((table, *ancestors(table)), _LEVELS + 1)):
        if any(is_paging(node) for node in level.css("[class], [id]")):
            return level, is_paging
        if level.tag in ("body", "html"):
            break
        if distance < _NEAR and shown in _SIZES:
            belongs = _is_in(_beside(level))
            controls = [node for node in level.css(_CONTROLS)[:_MOST_CONTROLS] if belongs(node)]
            if any(map(_is_next, controls)) or _larger(controls) or _after_current(level, controls, belongs):
                return level, belongs
            if (announced(_texts(level, belongs), shown) or 0) > shown:
                return level, belongs
    return table, is_paging


def _is_in(nodes: Set[int]) -> Belongs:
    return lambda node: node.mem_id in nodes


def _beside(near: LexborNode) -> Set[int]:
    """Return the ids of what in an element is neither around nor in lines, nor of comments or files."""
    rows = near.css(_ROW)
    around = {part.mem_id for part in ancestors(rows[0])} if rows else set()
    around |= {row.parent.mem_id for row in rows if row.parent is not None}
    found: set[int] = set()
    waiting = [near]
    while waiting and len(found) < _MOST_NEAR:
        for node in waiting.pop().iter():
            own, classes = (node.attributes.get("id") or "").lower(), classes_of(node)
            if own.startswith(LINE_ROW) or own == _ISLAND or not _OTHERS.isdisjoint(classes):
                continue
            waiting.append(node)
            if node.mem_id not in around:
                found.add(node.mem_id)
    return found


def _texts(around: LexborNode, belongs: Belongs) -> list[str]:
    """Return what the elements of a table's paging say."""
    found = islice(filter(belongs, around.css("[class], [id]" if belongs is is_paging else "*")), _MOST_CONTROLS)
    return [(node.text(separator=" ") or "")[:_TEXT_CHARS] for node in found]


def is_paging(node: LexborNode) -> bool:
    """Return whether an element belongs to the paging of the table: to what is called so, and to no line."""
    named = False
    for part in islice((node, *ancestors(node)), 2 * _LEVELS):
        own = (part.attributes.get("id") or "").lower()
        if own.startswith(LINE_ROW) or own == _ISLAND or "comment" in classes_of(part):
            return False
        words = f"{own} {' '.join(classes_of(part))}".lower()
        named = named or any(word in words for word in _PAGERS)
    return named


def _larger(controls: list[LexborNode]) -> LexborNode | None:
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
    others = islice(group.iter(), _MOST_CONTROLS) if group is not None else ()
    numbers = [_size(item) for item in others if item.mem_id != node.mem_id]
    known = [number for number in numbers if number is not None]
    return bool(known) and {*known, _size(node)} <= _SIZES and max(known) < (_size(node) or 0)


def _size(node: LexborNode) -> int | None:
    text = node.text(strip=True)
    return int(text) if text.isdecimal() and len(text) <= 4 else None


def _next(around: LexborNode, controls: list[LexborNode], belongs: Belongs) -> LexborNode | None:
    for node in controls:
        if _is_next(node):
            return None if _is_off(node) else node
    return _after_current(around, controls, belongs)


def _is_next(node: LexborNode) -> bool:
    attributes = node.attributes
    if "next" in (attributes.get("rel") or "").split() or not _NEXT_CLASSES.isdisjoint(
        name.lower() for name in classes_of(node)
    ):
        return True
    texts = (attributes.get("aria-label") or "", attributes.get("title") or "", node.text(strip=True))
    return any(folded(text.strip(_ARROWS)[:40]) in _NEXT for text in texts)


def _after_current(around: LexborNode, controls: list[LexborNode], belongs: Belongs) -> LexborNode | None:
    """Return the control that is numbered one higher than the page that is marked as the current one."""
    marked = ".current, .active, [aria-current]"
    current = next((size for node in around.css(marked) if belongs(node) and (size := _size(node))), None)
    return next((node for node in controls if current is not None and _size(node) == current + 1), None)


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
    for part in _elements(node):
        own = part.attributes.get("id") or ""
        if re.fullmatch(r"[A-Za-z][\w-]{0,80}", own):
            return " > ".join((f"#{own}", *reversed(steps)))
        if part.tag in ("html", "body"):
            return " > ".join((part.tag, *reversed(steps)))
        steps.append(f":nth-child({_position(part)})")
    return ""


def _elements(node: LexborNode) -> Iterator[LexborNode]:
    yield node
    yield from ancestors(node)


def _position(node: LexborNode) -> int:
    position, before = 1, node.prev
    while before is not None:
        position += before.is_element_node
        before = before.prev
    return position
