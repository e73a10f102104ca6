"""A page that is kept to be looked at does nothing when it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from coupa_async.domain.pages.page import OrderPage, read_page
from coupa_async.domain.recording.snapshot import harmless
from tests.domain.pages.test_page import file_item, order_html

BASE = "https://tenant.example.com"
HOSTILE = (
    "<script>evil()</script>",
    '<p onclick="evil()" onmouseover=evil()>x</p>',
    '<a href="javascript:evil()">x</a><a href=" java\tscript:evil()">x</a><a href="\x01javascript:evil()">x</a>',
    '<a href="data:text/html,evil">x</a><a href="vbscript:evil">x</a><a href="file:///evil">x</a>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example">',
    '<iframe src="https://evil.example"></iframe><iframe srcdoc="evil"></iframe><object data="evil"></object>',
    '<link rel="stylesheet" href="https://evil.example"><embed src="https://evil.example">',
    '<img src="https://evil.example/x.png" srcset="https://evil.example/2x" lowsrc="evil"><img src="/evil.png">',
    '<img src="data:image/svg+xml;base64,evil"><input type="image" src="https://evil.example">',
    '<form action="https://evil.example"><button formaction="https://evil.example">x</button></form>',
    '<input type="hidden" name="authenticity_token" value="evil"><INPUT TYPE="HIDDEN" value="evil">',
    '<input type="password" value="evil"><input value="evil"><meta name="csrf-token" content="evil">',
    '<svg onload="evil()"><script>evil()</script></svg><math href="javascript:evil()"></math>',
    '<p style="background:url(https://evil.example)">x</p><p style="background:\\75rl(evil)">x</p>',
    "<style>@import 'https://evil.example';</style><style>p{background:URL(evil)}</style>",
    "<noscript><img src=evil></noscript><template><img src=evil></template><!-- evil -->",
    '<div data-react-props="{&quot;token&quot;:&quot;evil&quot;}" data-token="evil">x</div>',
    '<video poster="https://evil.example"><source src="evil"></video><body background="evil">',
    '<a ping="https://evil.example" href="/x">x</a><noembed><img title="</noembed><img src=evil>"></noembed>',
    "<p>/attachment/1?supplier_view_key=evil and https://x.example/?sig=evil</p>",
    '<a href="/attachment/attachment_file/type/1/a.pdf?supplier_view_key=evil" title="https://u:evil@x.example">x</a>',
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_a_page_runs_asks_anybody_or_lets_anybody_in(hostile: str) -> None:
    page = harmless(f"<html><head><title>kept</title></head><body><p>stays</p>{hostile}<p>ends</p></body></html>")
    assert "evil" not in page
    for kept in ("<title>kept</title>", "<p>stays</p>", "ends", "default-src 'none'", "no-referrer"):
        assert kept in page


def test_the_policy_comes_before_everything_that_it_is_about() -> None:
    page = harmless("<html><head><style>p{color:red}</style></head><body style='color:blue'>x</body></html>")
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert '<body style="color:blue">' in page


def test_what_a_failure_is_understood_by_stays() -> None:
    html = harmless(order_html(file_item(5, "offer.pdf")))
    page = read_page(html, f"{BASE}/order_headers/1", BASE)
    assert isinstance(page, OrderPage)
    assert page.supplier == "ACME Ltd"
    assert [(attachment.id, attachment.name) for attachment in page.attachments] == [("5", "offer.pdf")]


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.sampled_from([*HOSTILE, "<", ">", '"', "</p>", "<p ", "<b>", "text", "<title>", "</title>"])))
def test_made_harmless_twice_is_made_harmless_once(parts: list[str]) -> None:
    page = harmless("".join(parts))
    tree = LexborHTMLParser(page)
    assert not tree.css("script, iframe, object, embed, link, base, form[action], [src], [onclick]")
    assert len(tree.css("meta")) == 3
