"""What elements of a page show as values: their texts on one line, without labels and what is to be clicked."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from selectolax.lexbor import LexborNode

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.pages.places import ancestors

LABEL = "group_label"
_LONGEST_LABEL = 200
# What is no part of a value: a label, the word that stands for nothing, what is never shown, and what is to be clicked.
_NO_TAGS = frozenset(("label", "script", "style", "template", "noscript", "button", "svg"))
_NO_CLASSES = frozenset((LABEL, "none"))
# So many parts of an element are looked at for its text.
_PARTS = 2_000


def shown_text(node: LexborNode | None, besides: Collection[LexborNode] = ()) -> str:
    """Return a text, or an element's text, on one line, without what is no value.

    Args:
        node: What shows it; ``None`` shows nothing.
        besides: Elements in it that are left out, with all that is in them.
    """
    if node is None:
        return ""
    if node.is_text_node:
        return " ".join((node.text_content or "").split())
    return "" if _is_no_value(node) else " ".join(" ".join(_texts(node, {item.mem_id for item in besides})).split())


def label_text(node: LexborNode) -> str:
    """Return what a label says."""
    return " ".join(" ".join(_texts(node, ())).split()).rstrip(" :*")[:_LONGEST_LABEL]


def labelled_text(label: LexborNode, around: Collection[int]) -> str:
    """Return the text after a label: beside it, or beside what it is wrapped in, within its own element.

    Args:
        label: The label.
        around: All labels of the page, and what they are in: see :func:`around_labels`.
    """
    node: LexborNode | None = label
    while node is not None and "form_element" not in classes_of(node):
        if beside := list(following(node, around)):
            return " ".join(filter(None, map(shown_text, beside)))
        node = node.parent
    return ""


def around_labels(labels: Collection[LexborNode]) -> set[int]:
    """Return labels, and what they are in, by what tells nodes apart."""
    return {node.mem_id for label in labels for node in (label, *ancestors(label))}


def following(node: LexborNode, around: Collection[int] = ()) -> Iterator[LexborNode]:
    """Return what follows a node in its parent, up to the next label; blank texts and comments left out."""
    next_node = node.next
    while next_node is not None and next_node.mem_id not in around:
        if next_node.is_element_node or (next_node.is_text_node and (next_node.text_content or "").strip()):
            yield next_node
        next_node = next_node.next


def classes_of(node: LexborNode) -> list[str]:
    """Return an element's classes."""
    return (node.attributes.get("class") or "").split()


def cut(text: str, bounds: Bounds) -> str:
    """Cut a field's text at what a page may have, with ``…``."""
    return text if len(text) <= bounds.field_chars else text[: bounds.field_chars - 1] + "…"


def _texts(node: LexborNode, besides: Collection[int]) -> Iterator[str]:
    """Return the texts in an element, without those of parts that are no value; of a huge element the first ones."""
    waiting = [node.child]
    for _ in range(_PARTS):
        if not waiting:
            return
        if (part := waiting.pop()) is None:
            continue
        waiting.append(part.next)
        if part.is_text_node:
            yield part.text_content or ""
        elif part.is_element_node and not _is_no_value(part) and part.mem_id not in besides:
            waiting.append(part.child)
    yield "…"


def _is_no_value(node: LexborNode) -> bool:
    return node.tag in _NO_TAGS or not _NO_CLASSES.isdisjoint(classes_of(node))
