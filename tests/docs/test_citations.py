"""What the code says of the documentation: a comment cites a heading that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

_SOURCES = sorted(
    path for top in ("coupa_async", "backends", "fixtures", "tests", "tools") for path in (ROOT / top).rglob("*.py")
)
# docs/design/coupa-pages.md, "Telling pages apart"; a line may break in between.
_CITATION = re.compile(r'(docs/[\w/-]+\.md)`*,\s+"([^"]+)"')
_PAGE = re.compile(r"(?<![\w/])docs/[\w/-]+\.md")
_ELSEWHERE = re.compile(r"\b(facts|design) §|\bdossier\b")


def citations() -> list[tuple[str, str, str]]:
    """Gather the citations: source file, page, heading."""
    return [
        (path.relative_to(ROOT).as_posix(), page, re.sub(r"\s+", " ", heading))
        for path in _SOURCES
        for page, heading in _CITATION.findall(path.read_text(encoding="utf-8"))
        if path != Path(__file__)
    ]


@pytest.mark.parametrize(("source", "cited", "heading"), citations())
def test_a_heading_that_a_comment_cites_is_there(source: str, cited: str, heading: str) -> None:
    headings = re.findall(r"^#+ (.+)$", (ROOT / cited).read_text(encoding="utf-8"), re.MULTILINE)
    assert heading in headings, f"{source} cites it"


def test_the_page_of_coupas_pages_is_cited_from_the_code() -> None:
    assert len({heading for _, page, heading in citations() if page == "docs/design/coupa-pages.md"}) > 5


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_comment_cites_no_page_that_a_reader_does_not_have(path: Path) -> None:
    if path == Path(__file__):
        return
    text = path.read_text(encoding="utf-8")
    assert not _ELSEWHERE.search(text)
    for page in _PAGE.findall(text):
        assert (ROOT / page).is_file(), page


def test_a_name_that_the_glossary_gives_is_in_the_code() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in _SOURCES)
    for name in re.findall(
        r"`([A-Za-z][A-Za-z_]{3,})`", (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
    ):
        is_there = re.search(rf"^ *(class|def|async def) {name}\b|^    {name} = \"", source, re.MULTILINE)
        assert is_there or name in ("direct", "browser", "auto"), name
