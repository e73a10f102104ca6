"""The words of messages: those of the people who read them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What an engineer says of the address that a person calls "our Coupa", and of what a run has before it and behind it.
_OURS = re.compile(r"\btenant'?s?\b|\bsettled\b|\bin hand\b|\(s\)")
_SPOKEN = re.compile(r"[a-z]+ [a-z]+")
# The reports of measurements are for engineers; a page's own words are Coupa's.
_FOR_OTHERS = ("evaluation", "recording")


def _texts(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            is_docstring = isinstance(node, ast.Expr)
            if isinstance(child, ast.Constant) and isinstance(child.value, str) and not is_docstring:
                yield child.value


@pytest.mark.parametrize("room", ["coupa_async", "backends"])
def test_no_message_has_an_engineers_word(room: str) -> None:
    paths = [path for path in (ROOT / room).rglob("*.py") if not set(_FOR_OTHERS) & set(path.parts)]
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in paths
        for text in _texts(path)
        if _SPOKEN.search(text) and _OURS.search(text) and not text.startswith("Please answer y")
    }
    assert len(paths) > 10
    assert not found
