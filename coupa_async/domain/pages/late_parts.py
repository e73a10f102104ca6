"""The parts of a document that may come late: which are there, which are empty, and which are still missing.

*Not yet* is not *none*: an empty part is believed only if the page says that it is empty. :class:`Settling` decides how
long to wait for a missing part. What is still missing then is reported with both numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.order import Attachment, AttachmentPlace
from coupa_async.domain.pages.counts import announced_attachments, count_in
from coupa_async.domain.pages.links import file_id
from coupa_async.domain.pages.places import is_in_line

_ISLAND = "#s-mountCommentsApp"
_ITEMS = "div.attachments li.attachment, .lineAttachments li.attachment"
_NONE = "div.attachments .show.none"
_LINKS = "div.attachments a[href], div.attachments [data-url]"
_SUBSTANCE = "span.attachment-text, span.attachment-url"
_ADDRESSED = "span.attachment-file[data-url], a[href], [data-url]"
_LISTS, _LINES = "div.attachments", "#order_line_table_tag"
_COUNTS, _BUTTONS = "span.comments_count", "button.s-viewFileAttachment"
_MARKERS = ", ".join((_LISTS, _LINES, _ISLAND, _COUNTS, _BUTTONS))
_COMMENT_LINKS = f"{_ISLAND} li.attachment a[href]"
_BUSY = re.compile(r"spinner|loading|skeleton", re.IGNORECASE)
_NO_MARKUP = ("script", "style", "template", "noscript")
_LONGEST = 4


class State(StrEnum):
    """How far a part has come."""

    PRESENT = "present"
    EMPTY = "empty"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a document.

    Attributes:
        name: For people.
        announced: How many items the page says it has; ``None`` if it does not say.
        shown: How many it shows.
        is_absent: Whether there is not even a place for it.
    """

    name: str
    state: State
    announced: int | None = None
    shown: int = 0
    is_absent: bool = False

    def __str__(self) -> str:
        """Describe what is missing."""
        if self.announced is None:
            return f"the page never showed its {self.name}"
        return f"the page announces {self.announced:,} {self.name} and shows {self.shown:,}"


def parts_of(tree: LexborHTMLParser, attachments: Collection[Attachment]) -> tuple[Part, ...]:
    """Return the parts of a document that may come late.

    Args:
        tree: The document.
        attachments: Those that were found in it.
    """
    known = {attachment.id for attachment in attachments}
    nodes: dict[str, list[LexborNode]] = {marker: [] for marker in (_LISTS, _LINES, _ISLAND, _COUNTS, _BUTTONS)}
    for node in {node.mem_id: node for node in tree.css(_MARKERS)}.values():
        nodes[_marker(node)].append(node)
    comments = _comments(tree, nodes[_ISLAND], nodes[_COUNTS], nodes[_BUTTONS])
    # A page without any list says nothing of what it has: it may have been cut off before that, or show it in a frame.
    is_listless = not (nodes[_LISTS] or known)
    has_header = is_listless or not all(map(is_in_line, nodes[_LISTS]))
    items = _items(tree)
    header = _header(tree, items[False], known) if has_header else None
    if header is not None and is_listless:
        header = replace(header, is_absent=True)
    header = _held_to(announced_attachments(tree), header, attachments)
    parts = (header, _line_files(items[True], known), comments, _lines(nodes[_LINES]))
    return tuple(part for part in parts if part is not None)


def _items(tree: LexborHTMLParser) -> dict[bool, list[LexborNode]]:
    """Return the items of lists of attachments, by whether they belong to a line."""
    items: dict[bool, list[LexborNode]] = {True: [], False: []}
    for item in {node.mem_id: node for node in tree.css(_ITEMS)}.values():
        items[is_in_line(item)].append(item)
    return items


def _marker(node: LexborNode) -> str:
    attributes = node.attributes
    if (own := f"#{attributes.get('id')}") in (_ISLAND, _LINES):
        return own
    return {"button": _BUTTONS, "span": _COUNTS}.get(node.tag or "", _LISTS)


def _header(tree: LexborHTMLParser, items: list[LexborNode], known: Collection[str]) -> Part:
    """Judge the list of the document's own attachments."""
    if items:
        return _listed("attachments", items, known)
    if any(_is_file(node) and not is_in_line(node) for node in tree.css(_LINKS)):
        return Part(name="attachments", state=State.PRESENT)
    is_empty = not all(map(is_in_line, tree.css(_NONE)))
    return Part(name="attachment list", state=State.EMPTY if is_empty else State.NOT_YET)


def _held_to(announced: int | None, header: Part | None, attachments: Collection[Attachment]) -> Part | None:
    """Hold the list of the document's own attachments to the number that a heading tells.

    Some headings count all that the page has, in its comments and lines, too.
    """
    others = (AttachmentPlace.COMMENT, AttachmentPlace.LINE)
    shown = sum(attachment.place not in others for attachment in attachments)
    if announced is None or announced <= shown or announced == len(attachments):
        return header  # nor is a 0 believed: it may be what a script has yet to count
    return Part(name="attachments", state=State.NOT_YET, announced=announced, shown=shown)


def _line_files(items: list[LexborNode], known: Collection[str]) -> Part | None:
    """Judge the lists of lines' attachments: what they name must be there. One that names none announces none."""
    return _listed("attachments of lines", items, known) if items else None


def _listed(name: str, items: list[LexborNode], known: Collection[str]) -> Part:
    shown = sum(
        (item.attributes.get("id") or "").removeprefix("attachment_") in known or _has_substance(item, known)
        for item in items
    )
    state = State.PRESENT if shown == len(items) else State.NOT_YET
    return Part(name=name, state=state, announced=len(items), shown=shown)


def _has_substance(item: LexborNode, known: Collection[str]) -> bool:
    """Return whether an item shows an attachment. A file without a usable address is only announced."""
    if item.css_first(_SUBSTANCE) is not None:
        return True
    addressed = item.css(_ADDRESSED)
    ids = [found for found in map(_file_id, addressed) if found]
    return any(found in known for found in ids) if ids else any("download" in node.attributes for node in addressed)


def _is_file(node: LexborNode) -> bool:
    return "download" in node.attributes or bool(_file_id(node))


def _file_id(node: LexborNode) -> str:
    attributes = node.attributes
    return file_id(attributes.get("data-url") or attributes.get("href") or "")


def _comments(
    tree: LexborHTMLParser, islands: list[LexborNode], counts: list[LexborNode], buttons: list[LexborNode]
) -> Part | None:
    """Judge the comments, which a script draws: ``docs/design/coupa-pages.md``, "Comments"."""
    if (files := _announced_files(buttons)) is not None:
        shown = len({file_id(link.attributes.get("href") or "") for link in tree.css(_COMMENT_LINKS)}) if files else 0
        state = State.NOT_YET if shown < files else State.PRESENT if files else State.EMPTY
        return Part(name="comment attachments", state=state, announced=files, shown=shown)
    comments = max((count for count in map(count_in, counts) if count is not None), default=None)
    if comments is not None:
        shown = len(tree.css("li.comment")) if comments else 0
        state = State.NOT_YET if shown < comments else State.PRESENT if comments else State.EMPTY
        return Part(name="comments", state=state, announced=comments, shown=shown)
    if not islands:
        return None
    if any(island.css_first("li.comment") is not None for island in islands):
        return Part(name="comments", state=State.PRESENT)
    return Part(name="comments", state=State.EMPTY if any(map(_is_mounted, islands)) else State.NOT_YET)


def _announced_files(buttons: list[LexborNode]) -> int | None:
    """Read how many files the comments have: on one button for all of them, or on one for each comment."""
    outside: list[int] = []
    inside: list[int] = []
    for button in buttons:
        if (count := count_in(button)) is not None:
            (inside if _is_within(button, "comment") else outside).append(count)
    return max([*outside, sum(inside)]) if outside or inside else None


def _is_within(node: LexborNode, class_name: str) -> bool:
    parent = node.parent
    while parent is not None:
        if class_name in (parent.attributes.get("class") or "").split():
            return True
        parent = parent.parent
    return False


def _is_mounted(island: LexborNode) -> bool:
    """Return whether its script has drawn content, and not only a sign that it is loading."""
    drawn = [node for node in island.iter() if node.is_element_node and node.tag not in _NO_MARKUP]
    if not drawn or island.css_first('[aria-busy="true"], [role="progressbar"]') is not None:
        return False
    return not any(_BUSY.search(node.attributes.get("class") or "") for node in island.css("[class]"))


def _lines(tables: list[LexborNode]) -> Part | None:
    """Judge the order's lines, which may have attachments: a table that has only its head is yet to be filled."""
    if not tables:
        return None
    if any(table.css_first('tr[id^="order_line_row_"]') is not None for table in tables):
        return Part(name="order lines", state=State.PRESENT)
    is_empty = any(table.css_first("td, .none") is not None for table in tables)
    return Part(name="order lines", state=State.EMPTY if is_empty else State.NOT_YET)


@dataclass(slots=True)
class Settling:
    """Measures how long the missing parts of a page have not changed. Each part has the settling time to itself.

    Attributes:
        settle_s: Seconds to wait for a part that does not change any more.
        began_s: When the page came.
    """

    settle_s: float
    began_s: float
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def is_over(self, lacks: Mapping[str, int], now_s: float) -> bool:
        """Return whether nothing more will come. A page that keeps growing slowly is given up after a while, too.

        Args:
            lacks: What the page lacks now, and how much of each it shows.
            now_s: The time.
        """
        for name, shown in lacks.items():
            if name not in self._seen:
                self._seen[name] = (shown, self.began_s)
            elif self._seen[name][0] != shown:
                self._seen[name] = (shown, now_s)
        since_s = max((self._seen[name][1] for name in lacks), default=self.began_s)
        return now_s > min(since_s + self.settle_s, self.began_s + _LONGEST * self.settle_s)


def lacking(parts: tuple[Part, ...]) -> Iterator[Part]:
    """Return the parts that are not there yet."""
    return (part for part in parts if part.state is State.NOT_YET)
