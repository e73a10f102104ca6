"""The table of faults in ``docs/design/reliability.md``: every row has tests, and they are there."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "design" / "reliability.md"
CATALOGUE = {"M": 4, "B": 10, "P": 6, "S": 6, "D": 14, "H": 5, "R": 4, "X": 5}
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True)
class Row:
    """A fault, and the tests that show what comes of it."""

    key: str
    fault: str
    cure: str
    backends: str
    tests: tuple[tuple[str, str], ...]


def rows(text: str) -> list[Row]:
    found = []
    for line in text.splitlines():
        if re.match(r"\| [A-Z]\d+ \|", line):
            key, fault, cure, backends, tests = (cell.strip() for cell in line.strip("|").split("|"))
            found.append(Row(key, fault, cure, backends, tuple(TEST.findall(tests))))
    return found


@cache
def functions(path: str) -> dict[str, str]:
    """The source of each test of a file, decorators and all."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name: ast.unparse(node) for node in tree.body if isinstance(node, kinds)}


def is_on_both(path: str, name: str) -> bool:
    """Whether a test runs on Playwright and on Selenium: by contract, by its parameters or by itself."""
    source = functions(path)[name]
    named = "WAYS" in source or "BACKENDS" in source or ("playwright" in source and "selenium" in source)
    return path.startswith("tests/contract/") or named


ROWS = rows(TABLE.read_text(encoding="utf-8"))


def test_every_row_of_the_catalogue_is_there_once() -> None:
    assert [row.key for row in ROWS] == [f"{kind}{n}" for kind, last in CATALOGUE.items() for n in range(1, last + 1)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_row_has_tests_that_are_there(row: Row) -> None:
    assert row.tests, "no test"
    missing = [f"{path}::{name}" for path, name in row.tests if name not in functions(path)]
    assert not missing
    assert row.fault
    assert row.cure


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_row_about_browsers_is_shown_on_both_backends(row: Row) -> None:
    assert row.backends in ("both", "none")
    if row.backends == "both":
        assert any(is_on_both(path, name) for path, name in row.tests)


def test_a_row_without_a_test_or_with_one_that_is_not_there_is_seen() -> None:
    (bare, lost) = rows(
        "| M1 | a fault | a cure | none | to do |\n| M2 | x | y | none | `tests/conftest.py::test_no` |"
    )
    assert bare.tests == ()
    assert lost.tests == (("tests/conftest.py", "test_no"),)
    assert "test_no" not in functions("tests/conftest.py")
