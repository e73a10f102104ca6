from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT, commands
from tools.pictures.walk import COMMANDS, IMAGES

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
DRAWN = sorted(IMAGES.glob("*.svg"))


def words_of(path: Path) -> str:
    """What stands in a drawing, a line for each run of letters of one colour."""
    return unescape("\n".join(_TEXT.findall(path.read_text(encoding="utf-8")))).replace("\xa0", " ")


def test_the_walk_is_of_the_commands_that_its_page_has() -> None:
    page = ROOT / "docs" / "walk.md"
    told = [item.text for item in commands() if item.page == page]
    assert list(dict.fromkeys(told)) == list(dict.fromkeys(COMMANDS.values()))
    assert {path.stem for path in DRAWN} == set(COMMANDS)
    for name, command in COMMANDS.items():
        assert words_of(IMAGES / f"{name}.svg").startswith(command), f"{name}: stale: make walk"


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_a_drawing_names_no_place_of_the_machine_and_fetches_nothing(path: Path) -> None:
    places = re.sub(r"http://127\.0\.0\.1:8765\S*", "", words_of(path))
    assert not re.search(r"(?<![\w.~])/(?!usr/bin/)\w+/", places)
    assert not re.search(r"href|src=|@import|url\((?!#)", path.read_text(encoding="utf-8"))


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        Path(name).name for page in PAGES for name in re.findall(r"\]\(([^)\s]*images/[^)\s]+)\)", page.read_text())
    }
    assert {path.name for path in IMAGES.iterdir()} == shown
