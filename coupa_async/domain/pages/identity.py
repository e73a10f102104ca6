"""Reads which order a page belongs to, from what the page says: ``docs/design/coupa-pages.md``, "Number and id"."""

from __future__ import annotations

import re
from enum import Enum, auto

from coupa_async.domain.order import normal_number

_SPACES = re.compile(r"\s+")
# A number as a heading shows it, its prefix perhaps apart: `PO 123`, `US0158122`, `2D-1234567`.
_NUMBER = r"((?:P[OM][ \-]?)?[^\W_][\w\-./]{0,60})"
_MARKED = re.compile(rf"(?:#|\bn\.?[ºo°r]\.?(?=[ :#]))[ :#]{{0,8}}{_NUMBER}", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w\-./]){_NUMBER}", re.IGNORECASE)
# Thai, Chinese, Japanese and Korean put no space between a word and a number.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u312f\u3130-\u318f\u31a0-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
# Without a mark or a prefix before it, what is short, a date or a revision is no order number.
_SHORTEST_BARE = 5
_PREFIXED = re.compile(r"P[OM][ \-]?[0-9]", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")
_REVISION = re.compile(r"\b(?:rev|ver)\w*[ .:]*$", re.IGNORECASE)


class Identity(Enum):
    """Whether a page is the page of the order that was asked for."""

    SAME = auto()
    OTHER = auto()
    UNNAMED = auto()


def named_numbers(heading: str, title: str) -> tuple[str, ...]:
    """Read the order's number from a page's heading; from its title where the heading names none.

    In a title only a number after a mark or with a prefix counts, because company names have numbers, too.

    Returns:
        The number after a mark such as ``#``; else all that may be a number; empty if there is none.
    """
    for text, is_title in ((heading, False), (title, True)):
        line = _SPACES.sub(" ", text).strip()[:500]
        if found := dict.fromkeys((*_in(_UNSPACED.sub(" ", line), is_title), *_in(line, is_title))):
            return tuple(found)
    return ()


def _in(line: str, is_title: bool) -> list[str]:
    for marked in _MARKED.finditer(line):
        if any(char.isdecimal() for char in marked[1]):
            return [marked[1].rstrip(".-/")]
    return [bare[1].rstrip(".-/") for bare in _BARE.finditer(line) if _is_number(bare, is_title=is_title)]


def identify(named: tuple[str, ...], page_id: str, key: str, asked_id: str) -> Identity:
    """Compare what a page says about itself with the order that was asked for.

    Args:
        named: The numbers that the page names, of :func:`named_numbers`.
        page_id: The page's id in the tenant's database; empty if it does not say.
        key: The order's, as ``OrderNumber.key``.
        asked_id: The id that was asked for; empty if the address has none.
    """
    if named:
        return Identity.SAME if key in map(normal_number, named) else Identity.OTHER
    is_elsewhere = page_id.isdecimal() and asked_id.isdecimal() and page_id.lstrip("0") != asked_id.lstrip("0")
    return Identity.OTHER if is_elsewhere else Identity.UNNAMED


def _is_number(bare: re.Match[str], *, is_title: bool) -> bool:
    if _PREFIXED.match(bare[1]):
        return True
    digits = sum(char.isdecimal() for char in bare[1])
    is_long = digits >= _SHORTEST_BARE and not _DATE.fullmatch(bare[1])
    return is_long and not is_title and not _REVISION.search(bare.string, 0, bare.start())
