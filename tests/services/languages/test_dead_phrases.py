"""No phrase of the catalogue is dead: the source still has the words that it is put together of, piece by piece."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from coupa_async.services.languages import phrases_of_input, phrases_of_runs
from coupa_async.services.languages.catalogue import LANGUAGES, catalogue
from coupa_async.services.languages.messages import MESSAGES

ROOT = Path(__file__).parents[3]
ALL = (*MESSAGES, *phrases_of_input.PHRASES, *phrases_of_runs.PHRASES)
_PLACE = re.compile(r"%\(\w+\)s")
_END = "\0"


@cache
def source() -> str:
    """Every text between quotation marks and placeholders, but for docstrings and the phrases themselves."""
    files = [path for room in ("coupa_async", "backends") for path in sorted((ROOT / room).rglob("*.py"))]
    read = (path.read_text(encoding="utf-8") for path in files if "languages" not in path.parts)
    return _END + _END.join(text for code in read for text in _texts(ast.parse(code))) + _END


def _texts(tree: ast.AST) -> Iterator[str]:
    nodes = [*ast.walk(tree)]
    said_of_code = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said_of_code:
            yield node.value


def is_made(text: str, known: str, *, is_first: bool = True) -> bool:
    """Return whether a text is one of the source's, or whole ends and beginnings of some, one after the other."""
    return (
        not text
        or any(
            (is_first or end > 1 or text[0] == "s" or not text[0].isalpha())  # no phrase is spelled out
            and ("" if is_first else _END) + text[:end] + ("" if end == len(text) else _END) in known
            and is_made(text[end:], known, is_first=False)
            for end in range(len(text), 0, -1)
        )
    )


@pytest.mark.parametrize("text", ALL)
def test_each_phrase_is_one_that_the_source_can_still_make(text: str) -> None:
    left = [part for part in _PLACE.split(text) if part.strip() and not is_made(part, source())]
    assert not left, "no source text has these words any more: take the phrase out of services/languages"


def test_no_phrase_stands_there_twice() -> None:
    assert sorted(ALL) == sorted(set(ALL))


def test_a_phrase_whose_words_are_gone_is_found() -> None:
    known = f"{_END}the file {_END} is open{_END}order{_END}s{_END} of yours{_END}"
    assert is_made("file  is open", known)
    assert is_made("orders of yours", known)
    assert not is_made("the file is closed", known)
    assert not is_made("open order", known)


@pytest.mark.parametrize("language", list(LANGUAGES)[1:])
@pytest.mark.parametrize("text", ALL)
def test_a_translated_phrase_begins_and_ends_as_the_english_one(text: str, language: str) -> None:
    told = catalogue(language).gettext(text)
    assert sorted(_PLACE.findall(told)) == sorted(_PLACE.findall(text))
    assert (told[:1].isspace(), told[-1:].isspace()) == (text[:1].isspace(), text[-1:].isspace())
