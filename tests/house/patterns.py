"""Looks into regular expressions for what makes them slow on texts that are meant to be slow."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).parents[2]
ALPHABET = frozenset([*map(chr, range(128)), "é", "\u00a0", "\u2003", "\u0665", "\uff1d"])
_MANY = 64  # a repeat that may go on for longer counts as one without an end
_CALLS = {"compile", "match", "fullmatch", "search", "split", "sub", "subn", "findall", "finditer"}
_ANCHORED = {"match", "fullmatch"}
_CATEGORIES = {
    sre.CATEGORY_DIGIT: str.isdigit,
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
}
_OPPOSITES = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT)


@dataclass(frozen=True, slots=True)
class Use:
    """A pattern, and whether it is only ever held against the beginning of a text."""

    pattern: re.Pattern[Any]
    is_anchored: bool


def patterns(folders: Iterable[str]) -> dict[str, Use]:
    """Find all patterns of modules: those that they hold, and those that stand in a call. By module and text."""
    found: dict[str, Use] = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name in ("__main__.py", "make.py"):
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for use in _uses(path, vars(importlib.import_module(name))):
                found[f"{name}: {_text(use.pattern)}"] = use
    return found


def _uses(path: Path, held: dict[str, Any]) -> Iterator[Use]:
    methods: dict[str, set[str]] = {name: set() for name, value in held.items() if isinstance(value, re.Pattern)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
            continue
        if node.value.id in methods:
            methods[node.value.id].add(node.attr)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _CALLS
            and node.args
        ):
            first, owner = node.args[0], node.func.value
            is_text = isinstance(first, ast.Constant) and isinstance(first.value, str | bytes)
            if is_text and isinstance(owner, ast.Name) and owner.id == "re":
                yield Use(re.compile(first.value), node.func.attr in _ANCHORED)  # type: ignore[attr-defined]
    for name, used in methods.items():
        yield Use(held[name], bool(used) and used <= _ANCHORED)


def _text(pattern: re.Pattern[Any]) -> str:
    return pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")


def troubles(pattern: re.Pattern[Any]) -> list[str]:
    """Name what in a pattern can match one text in many ways."""
    text = _text(pattern)
    flags = pattern.flags & ~re.UNICODE
    return sorted(set(_sequence(list(parser.parse(text, flags)), flags, is_last=True)))


def _sequence(items: list[Any], flags: int, *, is_last: bool) -> Iterator[str]:
    """Look at items that follow each other, and into each; after the last one nothing can fail any more."""
    before: frozenset[str] = frozenset()  # what an endless repeat may still take at this place
    for at, (op, value) in enumerate(items):
        ends = is_last and at == len(items) - 1
        for inner in _inside(op, value):
            yield from _sequence(list(inner), flags, is_last=ends and op not in _REPEATS)
        own = _chars([(op, value)], flags)
        endless = op in _REPEATS and value[1] > _MANY
        if endless and _has_endless(value[2]) and _is_ambiguous(value[2], flags):
            yield "a repeat inside a repeat that may take the same characters"
        if endless and not ends and before & _first([(op, value)], flags):
            yield "two repeats beside each other that may take the same characters"
        if endless:
            before = own | (before if value[0] == 0 else frozenset())
        elif op in (sre.SUBPATTERN, sre.BRANCH) and _has_endless([(op, value)]):
            if not ends and before & _first([(op, value)], flags) and _begins_endless([(op, value)]):
                yield "two repeats beside each other that may take the same characters"
            before = own
        elif _least([(op, value)]) > 0:
            before = frozenset()


def _inside(op: Any, value: Any) -> list[Any]:
    if op in _REPEATS or op is sre.POSSESSIVE_REPEAT:
        return [value[2]]
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return [value] if op is sre.ATOMIC_GROUP else []


def _has_endless(items: Iterable[Any]) -> bool:
    return any(
        (op in _REPEATS and value[1] > _MANY) or any(_has_endless(inner) for inner in _inside(op, value))
        for op, value in items
    )


def _begins_endless(items: Iterable[Any]) -> bool:
    op, value = next(iter(items))
    if op in _REPEATS:
        return bool(value[1] > _MANY)
    return any(len(inner) > 0 and _begins_endless(inner) for inner in _inside(op, value))


def _is_ambiguous(body: Any, flags: int) -> bool:
    """Tell whether a repeat of this, which has a repeat in it, can be cut into rounds in several ways."""
    ends = [_chars([item], flags) for item in body if _has_endless([item])]
    first = _first(body, flags)
    return _least(body) == 0 or any(first & end for end in ends)


def _first(items: Iterable[Any], flags: int) -> frozenset[str]:
    """Tell with what characters items may begin."""
    found: frozenset[str] = frozenset()
    for op, value in items:
        if op is sre.BRANCH:
            found |= frozenset().union(*(_first(branch, flags) for branch in value[1]))
        elif op is sre.SUBPATTERN:
            found |= _first(value[3], flags)
        elif op in _REPEATS:
            found |= _first(value[2], flags)
        else:
            found |= _chars([(op, value)], flags)
        if _least([(op, value)]) > 0:
            break
    return found


def _least(items: Iterable[Any]) -> int:
    """Tell how many characters items take at least."""
    count = 0
    for op, value in items:
        if op in _REPEATS or op is sre.POSSESSIVE_REPEAT:
            count += value[0] * _least(value[2])
        elif op is sre.SUBPATTERN:
            count += _least(value[3])
        elif op is sre.BRANCH:
            count += min(map(_least, value[1]))
        elif op not in (sre.AT, sre.ASSERT, sre.ASSERT_NOT, sre.GROUPREF):
            count += 1
    return count


def _chars(items: Iterable[Any], flags: int) -> frozenset[str]:
    """Tell all characters that items may take."""
    found: frozenset[str] = frozenset()
    for op, value in items:
        if op is sre.LITERAL:
            found |= _cased(chr(value), flags)
        elif op is sre.NOT_LITERAL:
            found |= ALPHABET - _cased(chr(value), flags)
        elif op is sre.ANY:
            found |= ALPHABET if flags & re.DOTALL else ALPHABET - {"\n"}
        elif op is sre.IN:
            found |= _set(value, flags)
        elif op not in (sre.ASSERT, sre.ASSERT_NOT):
            found |= frozenset().union(*(_chars(inner, flags) for inner in _inside(op, value)))
    return found


def _set(parts: Iterable[Any], flags: int) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    negated = False
    for op, value in parts:
        if op is sre.NEGATE:
            negated = True
        elif op is sre.LITERAL:
            found |= _cased(chr(value), flags)
        elif op is sre.RANGE:
            for code in range(value[0], min(value[1], 0x2100) + 1):
                found |= _cased(chr(code), flags)
        elif value in _CATEGORIES:
            found |= frozenset(filter(_CATEGORIES[value], ALPHABET))
        elif value in _OPPOSITES:
            found |= ALPHABET - frozenset(filter(_CATEGORIES[_OPPOSITES[value]], ALPHABET))
    return ALPHABET - found if negated else found & ALPHABET


def _cased(char: str, flags: int) -> frozenset[str]:
    return frozenset((char.lower(), char.upper())) if flags & re.IGNORECASE else frozenset(char)


def hostile(pattern: re.Pattern[Any], length: int) -> Iterator[str]:
    """Make texts that nearly match, over and over: each beginning of a match, repeated, and its repeats drawn out."""
    flags = pattern.flags & ~re.UNICODE
    items = list(parser.parse(_text(pattern), flags))
    begun = ""
    for op, value in items:
        for char in sorted(_chars([(op, value)], flags))[:1] + sorted(_chars([(op, value)], flags))[-1:]:
            yield begun + char * length
        begun += _example([(op, value)], flags)
        yield begun * (length // max(1, len(begun)))
        yield (begun + " ") * (length // (len(begun) + 1))
    yield " " * length
    yield "\n" * length


def _example(items: Iterable[Any], flags: int) -> str:
    text = ""
    for op, value in items:
        if op in _REPEATS:
            text += _example(value[2], flags) * max(1, min(value[0], 40))
        elif op is sre.BRANCH:
            text += _example(value[1][0], flags)
        elif op is sre.SUBPATTERN:
            text += _example(value[3], flags)
        elif chars := _chars([(op, value)], flags):
            text += "a" if "a" in chars else min(chars, key=lambda char: (not char.isprintable(), char))
    return text


def seconds(use: Use, text: str) -> float:
    """Tell how long it takes to look through a text with a pattern."""
    pattern = use.pattern
    subject: Any = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    started_s = time.perf_counter()
    if use.is_anchored:
        pattern.fullmatch(subject)
    else:
        for _ in pattern.finditer(subject):
            pass
    return time.perf_counter() - started_s
