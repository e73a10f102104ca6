"""Measures how deeply HTML is nested before it is parsed: parsing takes time with the square of that depth."""

from __future__ import annotations

import re
from collections import Counter

# Elements that have no end, or whose end the next one of their kind makes.
_SHALLOW = frozenset(
    (
        *(
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "source",
            "track",
            "wbr",
            "param",
        ),
        *(
            "p",
            "li",
            "dt",
            "dd",
            "option",
            "optgroup",
            "tr",
            "td",
            "th",
            "thead",
            "tbody",
            "tfoot",
            "colgroup",
            "rt",
            "rp",
        ),
        *("html", "head", "body", "frame", "basefont", "bgsound", "keygen", "command"),
    )
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,64})")


def nesting(html: str, limit: int) -> int:
    """Count how deep elements lie, in one pass; roughly, and never less than a parser would find in what matters.

    Returns:
        The depth; where it is over ``limit``, just any number over it.
    """
    depth = deepest = 0
    open_by_name: Counter[str] = Counter()
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _SHALLOW:
            continue
        if not match[1]:
            depth += 1
            open_by_name[name] += 1
            deepest = max(deepest, depth)
        elif open_by_name[name]:  # an end without a beginning ends nothing
            depth -= 1
            open_by_name[name] -= 1
        if deepest > limit:
            break
    return deepest
