"""What a page is, and what it holds: the structures of the recorded pages, one by one."""

from __future__ import annotations

import pytest

from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentPlace, AttachmentSource
from coupa_async.domain.pages.page import NotFoundPage, OrderPage, SignInPage, UnknownPage, read_page, session_length_s

BASE = "https://tenant.example.com"
URL = f"{BASE}/order_headers/1"
FILE_URL = f"{BASE}/attachment/attachment_file/type/5/a.pdf?supplier_view_key=0"
NONE = '<li class="show none">None</li>'


def order_html(items: str = NONE, rest: str = "", controller: str = "order_headers") -> str:
    return (
        f'<html data-controller="{controller}" data-action="show"><script>num_secs = 7200; oauth</script>'
        '<section id="supplier"><span class="supplier-name"> ACME  Ltd </span></section>'
        f'<div class="attachments"><ul class="attachments-list">{items}</ul></div>{rest}</html>'
    )


def file_item(number: int, name: str = "a.pdf") -> str:
    url = f"{BASE}/attachment/attachment_file/type/{number}/{name}?supplier_view_key=0"
    return (
        f'<li class="attachment" id="attachment_{number}" data-url="/attachments/{number}">'
        f'<span class="attachment-file attachment-list-item" data-url="{url}">'
        f'<span class="underline" role="button" title="{name}" aria-label="{name} file attachment">{name}</span>'
        "</span></li>"
    )


def island(links: str, *, comments: int, files: int, mounted: bool = True) -> str:
    body = f'<ul><li class="comment s-comment"><ul class="attachments__list">{links}</ul></li></ul>' if mounted else ""
    return (
        f'<span class="comments_count"> ({comments})</span>'
        f'<button class="s-viewFileAttachment">View Attachments ({files})</button>'
        f'<div id="s-mountCommentsApp">{body}</div>'
    )


def counted(comments: int, mounted: str = "") -> str:
    return f'<span class="comments_count">({comments})</span><div id="s-mountCommentsApp">{mounted}</div>'


def comment_link(number: int, name: str = "c.msg") -> str:
    return (
        '<li class="attachment attachmentFile s-attachmentFile">'
        f'<a href="/attachment/attachment_file/file/{number}/{name}" title="{name}">{name}</a></li>'
    )


def order(html: str, url: str = URL) -> OrderPage:
    page = read_page(html, url, BASE)
    assert isinstance(page, OrderPage)
    return page


def ids(page: OrderPage) -> list[str]:
    return [attachment.id for attachment in page.attachments]


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/sessions/new",
        f"{BASE}/login",
        f"{BASE}/sessions/saml_post",
        "https://sso-prd1.example.com/authorize",
        "https://tenant.example.com.evil.example/order_headers/1",
        "http://tenant.example.com/order_headers/1",
    ],
)
def test_signed_out_is_told_by_the_address_before_anything_else(url: str) -> None:
    oops = '<html><title>Coupa: Page not found</title><h1 id="error-message">Oops!</h1></html>'
    assert isinstance(read_page(oops, url, BASE), SignInPage)
    assert isinstance(read_page(order_html(), url, BASE), SignInPage)


def test_a_healthy_page_that_talks_of_signing_in_is_an_order() -> None:
    assert order(
        order_html(rest="Sign in with oauth, identity, openid-connect. /sessions/new"), f"{URL}?x=/sessions/new"
    )


@pytest.mark.parametrize(
    "html",
    [
        order_html(),
        '<div class="order_headers_show_page"></div>',
        '<div id="pageHeader"> Purchase Order  #PO1 </div>',
    ],
)
def test_each_marker_makes_an_order(html: str) -> None:
    assert order(html).kind is AttachmentSource.ORDER


def test_a_requisition_is_told_from_an_order() -> None:
    assert order(order_html(controller="requisition_headers")).kind is AttachmentSource.REQUISITION


@pytest.mark.parametrize(
    "html",
    [
        "<html><title>Coupa: Page not found</title></html>",
        '<html><h1 id="error-message">Oops! We couldn\u2019t find what you wanted.</h1></html>',
        '<html><title>Coupa: Página não encontrada</title><h1 id="error-message">Opa!</h1></html>',
    ],
)
def test_the_oops_page_is_not_found_in_any_language(html: str) -> None:
    assert isinstance(read_page(html, URL, BASE), NotFoundPage)


def test_anything_else_is_unknown_and_never_not_found() -> None:
    page = read_page("<html><title>Down for work</title>not found</html>", URL, BASE)
    assert page == UnknownPage(url=URL, title="Down for work")
    assert isinstance(read_page("", URL, BASE), UnknownPage)


@pytest.mark.parametrize(
    ("link", "broken"), [("http://[x", "http://[x"), (" //x:99999 ", "//x:99999"), ("javascript:void(0)", ""), ("", "")]
)
def test_a_requisitions_link_that_is_no_address_is_told_as_it_is(link: str, broken: str) -> None:
    page = order(order_html(rest=f'<a id="order_header_requisition_header" href="{link}">#9</a>'))
    assert (page.requisition_url, page.broken_requisition) == ("", broken)


def test_supplier_requisition_and_session_length_are_read() -> None:
    page = order(order_html(rest='<a id="order_header_requisition_header" href="/requisition_headers/9">#9</a>'))
    assert (page.supplier, page.requisition_url) == ("ACME Ltd", f"{BASE}/requisition_headers/9")
    assert page.session_length_s == 7200


def test_the_session_length_is_told_by_a_page_or_by_the_poll_for_it() -> None:
    assert session_length_s("<script>var num_secs = 1800;</script>") == 1800
    assert session_length_s('<pre>{"alert_url": "/x", "timeout_duration": 7200000}</pre>') == 7200
    assert session_length_s("<html></html>") is None


def test_header_spans_are_files() -> None:
    (item,) = order(order_html(file_item(5))).attachments
    header = AttachmentPlace.HEADER
    assert item == Attachment(id="5", kind=AttachmentKind.FILE, name="a.pdf", url=FILE_URL, place=header)


def test_a_text_is_no_file_name() -> None:
    text = "Terms\n=====\n" + "long text\t" * 500
    item = (
        '<li class="attachment" id="attachment_7"><span class="attachment-text" data-url="javascript:void(0)">'
        f'<span class="wrap-text-attachment" aria-label="x text attachment">{text}</span></span></li>'
    )
    (entry,) = order(order_html(item)).attachments
    assert (entry.id, entry.kind, entry.name, entry.text) == ("7", AttachmentKind.TEXT, "Terms", text.strip())


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://example.com/x", AttachmentKind.URL),
        ("javascript:alert(1)", AttachmentKind.TEXT),
        ("file:///etc", "text"),
    ],
)
def test_a_url_opens_only_what_is_safe_to_open(address: str, kind: str) -> None:
    item = (
        f'<li class="attachment" id="attachment_8"><span class="attachment-url" data-url="{address}">'
        '<span class="underline" title="Shop">Shop</span></span></li>'
    )
    (entry,) = order(order_html(item)).attachments
    assert (entry.kind, entry.name) == (kind, "Shop")


def test_comment_links_follow_the_header_and_each_id_counts_once() -> None:
    rest = island(comment_link(5, "a.pdf") + comment_link(6), comments=2, files=2)
    page = order(order_html(file_item(5), rest))
    assert ids(page) == ["5", "6"]
    assert page.is_complete


def test_old_pages_have_links_of_three_kinds() -> None:
    html = (
        '<div class="order_headers_show_page"><a href="/attachment/attachment_file/file/1/a.pdf">a.pdf</a>'
        '<a href="/documents/2/b.pdf" download="b.pdf">b</a>'
        '<div data-url="/attachment/attachment_file/file/3/c.pdf" title="c.pdf">c</div></div>'
    )
    page = order(html)
    assert ids(page) == ["1", "2", "3"]
    assert [attachment.name for attachment in page.attachments] == ["a.pdf", "b.pdf", "c.pdf"]
    assert page.is_complete


def test_what_only_looks_like_an_attachment_is_none() -> None:
    rest = (
        '<img src="/public_attachments/x"><a href="/sessions/destroy" download>out</a><a href="/attachments/5">up</a>'
        '<span aria-label="Add File Attachment" data-url="/attachments/new">+</span>'
        '<a href="javascript:attachment_file()">x</a>'
    )
    assert order(order_html(NONE, rest)).attachments == ()


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        (order_html(NONE), ""),
        (order_html(""), "never showed its attachment list"),
        (
            order_html('<li class="attachment" id="attachment_1" data-url="/attachments/1"></li>'),
            "announces 1 attachments and shows 0",
        ),
        (
            order_html(NONE, island("", comments=3, files=2, mounted=False)),
            "announces 2 comment attachments and shows 0",
        ),
        (order_html(NONE, island(comment_link(1), comments=3, files=2)), "announces 2 comment attachments and shows 1"),
        (order_html(NONE, counted(3)), "announces 3 comments and shows 0"),
        (order_html(NONE, counted(3, '<li class="comment"></li>' * 2)), "announces 3 comments and shows 2"),
        (order_html(NONE, counted(2, '<li class="comment"></li>' * 2)), ""),
        (order_html(NONE, counted(0)), ""),
        (order_html(NONE, island("", comments=3, files=0)), ""),
        (order_html(NONE, island("", comments=0, files=0, mounted=False)), ""),
    ],
)
def test_a_page_is_complete_by_its_own_counts(html: str, missing: str) -> None:
    page = order(html)
    assert (missing in page.missing) if missing else page.is_complete


def test_a_form_is_found_by_what_its_fields_are() -> None:
    html = (
        '<form><input type="hidden" name="t"><input id="user_login"><input type="password" id="user_password">'
        '<p id="flash_error">Wrong password</p><button>Go</button></form>'
    )
    page = read_page(html, f"{BASE}/sessions/new", BASE)
    assert isinstance(page, SignInPage)
    assert page.form is not None
    assert (page.form.user, page.form.password) == ('input[id="user_login"]', 'input[id="user_password"]')
    assert page.error == "Wrong password"


def test_a_redirect_has_no_form() -> None:
    page = read_page('<form><input type="hidden" name="SAMLResponse"></form>', "https://sso.example/x", BASE)
    assert isinstance(page, SignInPage)
    assert page.form is None
