"""The documentation as pages of the app: all of it, its links whole, and nothing that leads out of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coupa_async.web.documents import ROOMS, Document, documents, html_of
from tests.web.conftest import Window

DOCS = Path("docs")
PAGES = sorted(f"{room}/{path.stem}" for room in ROOMS for path in (DOCS / room).glob("*.md"))


def html(text: str, base: str = "/x/help") -> str:
    return str(html_of(Document(room="guide", name="a", title="A", text=text), base))


def test_help_lists_every_page_of_guide_and_reference(window: Window) -> None:
    text = window.get("/help").text
    assert sorted(documents()) == PAGES
    assert re.findall(r'href="[^"]*/help/(\w+/[\w-]+)"', text) == list(documents())


@pytest.mark.parametrize("place", PAGES)
def test_a_page_is_shown_and_each_of_its_links_leads_to_a_heading_that_is_there(window: Window, place: str) -> None:
    answer = window.get(f"/help/{place}")
    assert answer.status == 200
    article = answer.text.partition("<article")[2].partition("</article>")[0]
    assert "<h1" in article
    assert "<img" not in article
    assert "<script" not in article
    for path, fragment in re.findall(r'href="([^"#]*)(?:#([^"]*))?"', article):
        assert not path or path.startswith(f"{window.base}/help/")
        target = window.get(path.removeprefix(window.base)) if path else answer
        assert target.status == 200
        assert not fragment or f'id="{fragment}"' in target.text, (place, path, fragment)


@pytest.mark.parametrize(
    "place",
    ["guide/..%2f..%2fREADME", "../guide", "guide/../../pyproject", "..%2f..%2fetc/passwd", "design/architecture",
     "guide/app.md", "guide/%2e%2e", "guide/nothing", "guide//etc/passwd", "guide/app%00"],
)  # fmt: skip
def test_an_address_leads_to_a_page_of_the_documentation_or_nowhere(window: Window, place: str) -> None:
    answer = window.get(f"/help/{place}")
    assert answer.status == 404
    assert "root:" not in answer.text


def test_html_in_a_page_is_text() -> None:
    shown = html("# A <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<!-- a -->\n")
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/a", "//evil.example/a", "javascript:alert(1)", "data:text/html,x", "../../etc/passwd",
     "/etc/passwd", "../design/architecture.md", "nothing.md"],
)  # fmt: skip
def test_a_link_out_of_the_documentation_is_its_words(link: str) -> None:
    assert "href" not in html(f"See [here]({link}) and ![a picture]({link}).")
    assert "here" in html(f"See [here]({link}).")


def test_links_between_pages_and_within_one_work() -> None:
    assert 'href="/x/help/guide/sign-in#sso"' in html("[a](sign-in.md#sso)")
    assert 'href="/x/help/reference/settings"' in html("[a](../reference/settings.md)")
    assert 'href="#b-c"' in html("# A\n\n[b](#b-c)\n\n## B, c!\n")
    assert 'id="b-c"' in html("## B, c!\n")


def test_a_column_without_a_heading_has_no_empty_one() -> None:
    shown = html("| | b |\n|---|---|\n| c | d |\n")
    assert shown.count("<th>") == 1
    assert shown.count("<td>") == 3
    assert shown.count("<th>") == shown.count("</th>")
