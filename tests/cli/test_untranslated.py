"""Nothing that a person reads in the terminal goes past the catalogue; the help, too, is in the language asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import coupa_async.cli
from coupa_async.cli import language
from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.main import main
from tools.texts import ENGLISH, found

CLI = Path(coupa_async.cli.__file__).parent
# Developers' own commands; and scripts for shells.
_NOT_READ = {f"{name}.py" for name in (*ENGLISH, "completion", "comparison")}
_SHOWS = {"print", "print_text", "say", "ask", "ask_yes_no", "ask_for_password"}
_TRANSLATES = {"_", "ngettext", "message", "orders", "files", "mark", "dumps"}
# What is nothing but names, numbers, addresses and commands.
_WORDS = re.compile(r"[a-z]{2,}[^a-z{}]+[a-z]{2,}")
_SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
FILES = [path for path in sorted(CLI.rglob("*.py")) if path.name not in _NOT_READ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_text_that_is_shown_goes_through_the_catalogue(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shown = (argument for call in _calls(tree, _SHOWS) for argument in call.args)
    plain = [
        text for argument in shown for text in _plain_texts(argument) if _WORDS.search(text.replace("coupa-async", ""))
    ]
    assert not plain


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_text_that_is_to_be_translated_is_found_by_the_catalogues_maker(path: Path) -> None:
    for call in _calls(ast.parse(path.read_text(encoding="utf-8")), {"_", "ngettext"}):
        match call.args[0]:
            case ast.Constant(value=str(text)):
                assert text in _known()


@cache
def _known() -> set[str]:
    return {message.id if isinstance(message.id, str) else message.id[0] for message in found() if message.id}


def _calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in names:
            yield node


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _plain_texts(node: ast.AST) -> Iterator[str]:
    """Give the texts of an expression that no function of the catalogue gets."""
    if isinstance(node, ast.Call) and _name(node) in _TRANSLATES:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _plain_texts(child)


@pytest.fixture
def _english_after() -> Iterator[None]:
    yield
    language.speak("en")


@pytest.mark.usefixtures("_english_after")
@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ENGLISH])
def test_the_help_of_a_command_is_portuguese(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for chosen in ("en", "pt-BR"):
        monkeypatch.setenv("COUPA_LANGUAGE", chosen)
        with pytest.raises(SystemExit):
            main([name, "--help-all"])
        said.append([" ".join(part.split()) for part in re.split(r"\n\n|\n(?=  ?\S)", capsys.readouterr().out)])
    english, portuguese = said
    assert portuguese[0].startswith("uso: ")
    assert len(english) == len(portuguese)
    assert not [text for text in english if text in portuguese and _SENTENCE.search(text)]


@pytest.mark.usefixtures("_english_after")
def test_the_list_of_commands_is_portuguese(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("uso: coupa-async COMANDO")
    assert "baixa os anexos" in text
