"""No message is half in English: every sentence that the source makes is made of phrases that the catalogue knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from coupa_async.services.languages.messages import translated
from tools.docs import messages_page

# Where a message is put together: what is called, and which of its arguments a person reads.
_FINDINGS = {"good", "bad", "note"}
_EVENTS = {"Warned", "WorkerStopped", "WorkerRestarting", "Draining"}
_READ = {"text", "cure"}
# Developers' own commands, and the report of a comparison, are English.
_ENGLISH_ROOMS = {"evaluation", "compare.py", "evidence.py", "record.py"}
_WORD = re.compile(r"(?<![-\w.='/…])[a-z]{3,}(?![\w./='-])")
_TYPED = re.compile(r"coupa-async [a-z]+( [a-z]+ \S+)?|pip install '[^']*'|make setup|orders\.xlsx|python -m fixtures")
# Words that are the same in both languages, or names.
_SAME = {
    "api",
    "backend",
    "login",
    "config",
    "coupa",
    "run",
    "log",
    "true",
    "false",
    "browser",
    "direct",
    "all",
    "none",
}
# Nothing of ours is in them but a little word; what they name is another message or a value.
_FRAMES = {
    "it …",
    "at …",
    "… is …",
    "…, see …",
    "…: more than … …",
    "…: there is no sheet …; it … …: name one with --sheet",
}


def templates() -> set[str]:
    found = set().union(*messages_page._messages().values())
    for path in sorted((messages_page.ROOT / "coupa_async").rglob("*.py")):
        if not _ENGLISH_ROOMS & set(path.parts):
            found.update(_put_together(ast.parse(path.read_text(encoding="utf-8"))))
    return {text for text in found if text.strip("… :")} - _FRAMES


def _put_together(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            given = call.args[1:] if call.func.id in _FINDINGS else []
            if call.func.id in _EVENTS:
                given = [keyword.value for keyword in call.keywords if keyword.arg in _READ]
            yield from map(messages_page._template, given)


def test_the_source_has_hundreds_of_messages() -> None:
    assert len(templates()) > 250


@pytest.mark.parametrize("text", sorted(templates()))
def test_no_english_word_is_left_in_a_translated_message(text: str) -> None:
    known = _phrases_taken_out(text.replace("…", "X1"))
    left = {word for word in _WORD.findall(_TYPED.sub(" ", known)) if word not in _SAME}
    assert not left, f"{text!r} is not in services/languages/phrases_of_*.py: {known!r}"


def _phrases_taken_out(text: str) -> str:
    """Take out of a message all that a catalogue knows."""

    class Nothing:
        """A catalogue that tells every phrase by a sign."""

        def gettext(self, _: str) -> str:
            return " § "

    return translated(text, Nothing())  # type: ignore[arg-type]
