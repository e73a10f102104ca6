"""How many lines an order has, as the text beside its table says, in whatever language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coupa_async.domain.data.labels import folded

_DIGITS = r"[0-9]{1,3}(?:[.,' \u00a0\u202f][0-9]{3})+|[0-9]{1,7}"
_NUMBER = re.compile(_DIGITS)
_PAIR = re.compile(rf"(?<![0-9])({_DIGITS})\s{{0,3}}([^\W\d_]{{1,6}}|/)\s{{0,3}}({_DIGITS})(?![0-9])")
_OF = frozenset(map(folded, ("of", "de", "von", "sur", "di", "su", "af", "av", "van", "z", "ze", "из", "/")))


def announced(texts: Iterable[str], shown: int) -> int | None:
    """Read `1 - 15 of 40`: the first of the lines shown, the last of them, and all; or `15 of 40`.

    Args:
        texts: Those beside the table.
        shown: How many lines it shows.

    Returns:
        How many the order has; ``None`` if none says.
    """
    for text in texts:
        numbers = [_value(found) for found in _NUMBER.findall(text)]
        for at in range(len(numbers) - 1):
            if numbers[at : at + 2] == [1, shown]:
                others = numbers[at + 2 : at + 3] + numbers[max(at - 1, 0) : at]
                if total := next((number for number in others if number >= shown), None):
                    return total
        if total := next((many for few, many in _pairs(text) if few == shown <= many), None):
            return total
    return None


def says_more_pages(texts: Iterable[str]) -> bool:
    """Return whether one says `page 1 of 3`."""
    return any(few == 1 < many for text in texts for few, many in _pairs(text))


def _pairs(text: str) -> list[tuple[int, int]]:
    return [(_value(few), _value(many)) for few, word, many in _PAIR.findall(text) if folded(word) in _OF]


def _value(text: str) -> int:
    return int("".join(filter(str.isdecimal, text)))
