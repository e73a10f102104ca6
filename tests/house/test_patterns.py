"""Regular expressions take time in proportion to their text: what others send passes through most of them."""

from __future__ import annotations

import re

import pytest

from tests.house.patterns import hostile, patterns, seconds, troubles

FOUND = patterns(["coupa_async", "backends", "fixtures", "tools"])
# Patterns that look slow and are not, each with the reason. By module, and how the pattern begins.
FINE: dict[str, str] = {}  # the beginning of a pattern, and why it may be as it is


def is_fine(name: str) -> bool:
    return any(name.startswith(item) for item in FINE)


@pytest.mark.parametrize("name", sorted(FOUND))
def test_no_pattern_matches_one_text_in_many_ways(name: str) -> None:
    if not is_fine(name):
        assert troubles(FOUND[name].pattern) == []


@pytest.mark.parametrize("name", sorted(FOUND))
def test_every_pattern_looks_through_hostile_text_in_no_time(name: str) -> None:
    use = FOUND[name]
    if is_fine(name):
        return
    for length, within_s in ((5_000, 0.1), (100_000, 1.0)):  # the short one first: a slow one would take minutes
        for text in hostile(use.pattern, length):
            if seconds(use, text) > within_s:  # a busy machine is no fault
                assert seconds(use, text) <= within_s, text[:80]


@pytest.mark.parametrize(
    "slow",
    [
        r"(a+)+b",
        r"(?:\s*x?\s*)*y",
        r"\s*\s*x",
        r"(\w+\s*)+;",
        r"a*?a*b",
        r"(?:<!--.*?-->|\s+)*<",
        r"\d*(?:\.?\d+)x",
        r"([^>]*[a-z]*)>",
    ],
)
def test_slow_patterns_are_found(slow: str) -> None:
    assert troubles(re.compile(slow, re.DOTALL)) != []


@pytest.mark.parametrize(
    "fast", [r"a+b+", r"\w+(?:[ .-]\w+)*", r"\s*=\s*", r"(?:a|b)+c", r"x{1,5}x{1,5}", r'"(?:[^"\\]|\\.)*"']
)
def test_fast_patterns_are_let_be(fast: str) -> None:
    assert troubles(re.compile(fast)) == []
