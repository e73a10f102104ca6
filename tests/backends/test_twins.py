"""The two browser backends are written alike: who knows one of them finds everything in the other."""

from __future__ import annotations

import ast

import pytest

from tests.house.test_layers import ROOT

TWINS = ("backend", "session", "tab", "page_reader", "transfer")
# What only one of the libraries needs, or offers.
OWN: dict[str, set[str]] = {
    "playwright": {"Transfer.expect", "Transfer.has_progressed"},
    "selenium": {"Transfer.name_file", "Transfer.has_ended", "Transfer.remove_part"},
}


def outline(backend: str, module: str) -> list[str]:
    """List the public classes and methods of a module in their order, without the library's name."""
    tree = ast.parse((ROOT / "backends" / backend / f"{module}.py").read_text(encoding="utf-8"))
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            name = node.name.removeprefix(backend.capitalize())
            found.append(name)
            methods = [item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
            found += [f"{name}.{method}" for method in methods if not method.startswith("_")]
    return [name for name in found if name not in OWN[backend]]


@pytest.mark.parametrize("module", TWINS)
def test_the_twins_have_the_same_classes_and_methods_in_the_same_order(module: str) -> None:
    assert outline("playwright", module) == outline("selenium", module)


@pytest.mark.parametrize("backend", OWN)
def test_what_only_one_has_is_there(backend: str) -> None:
    text = "".join((ROOT / "backends" / backend / f"{module}.py").read_text(encoding="utf-8") for module in TWINS)
    assert all(f"def {name.partition('.')[2]}(" in text for name in OWN[backend])
