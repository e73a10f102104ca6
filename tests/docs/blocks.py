"""The pages of the documentation, and the commands in their fenced blocks."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "tests/README.md")
PAGES = [*(ROOT / name for name in _TOP), *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`((?:coupa-async|make) [^`…]+)`")
_OUTPUT = ("text", "json", "toml", "yaml", "python")
_REST = re.compile(r"\s(?:\d?>>?|\|)\s")  # what a shell does with the output
_ENVIRONMENT = re.compile(r"\$env:(\w+) = ")
_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]*=")


@dataclass(frozen=True, slots=True)
class Command:
    """A command as a page gives it.

    Attributes:
        words: The program and its arguments; variables set before it left out.
        variables: Those.
    """

    page: Path
    line: int
    text: str
    words: tuple[str, ...]
    variables: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[tuple[int, str, str]]:
    """Tell a page's fenced blocks: line, language, text."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        indent = match[1]
        body = "".join(line.removeprefix(indent) for line in match[3].splitlines(keepends=True))
        yield text.count("\n", 0, match.start()) + 1, match[2], body


def commands() -> list[Command]:
    """Gather every command after a prompt, and every call of the program in a scheduler's file."""
    return [item for page in PAGES for line, language, body in blocks(page) for item in _in(page, line, language, body)]


def spans() -> list[Command]:
    """Gather the commands that the text names."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _SPAN.finditer(_FENCE.sub(lambda block: "\n" * block[0].count("\n"), text)):
            found.append(_command(page, text.count("\n", 0, match.start()) + 1, match[1]))
    return found


def _in(page: Path, line: int, language: str, body: str) -> Iterator[Command]:
    joined = re.sub(r"\\\n\s*", lambda gap: " " + "\0" * gap[0].count("\n"), body)
    for number, raw in enumerate(joined.split("\n"), line + 1):
        text = raw.replace("\0", "").strip()
        if language == "console" and text.startswith("$ "):
            for part in text[2:].split(" && "):
                yield _command(page, number, part)
        elif language == "powershell" and (variable := _ENVIRONMENT.match(text)):
            yield Command(page, number, text, (), (variable[1],))
        elif language == "powershell" and text:
            yield _command(page, number, text.replace("\\", "/"))
        elif language not in (*_OUTPUT, "console") and (found := re.search(r"coupa-async (?=[a-z])", text)):
            yield _command(page, number, text[found.start() :])
    if language == "xml":
        words = tuple(re.findall(r"<string>([^<]*)</string>", re.search(r"<array>(.*?)</array>", body, re.DOTALL)[1]))  # type: ignore[index]
        yield Command(page, line, " ".join(words), (Path(words[0]).name, *words[1:]))


def _command(page: Path, line: int, text: str) -> Command:
    words = shlex.split(_REST.split(text)[0], comments=True)
    variables = [word for word in words if _VARIABLE.match(word)] if words[0] == "export" or "=" in words[0] else []
    rest = [word for word in words if word not in variables]
    names = tuple(word.partition("=")[0] for word in variables)
    return Command(page, line, text.partition("  #")[0].strip(), tuple(rest), names)
