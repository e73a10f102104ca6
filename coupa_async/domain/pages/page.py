"""Decides what a page is, by its HTML and its final URL: ``docs/design/coupa-pages.md``, "Telling pages apart"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.order import Attachment, AttachmentSource
from coupa_async.domain.pages.attachments import parse_attachments
from coupa_async.domain.pages.data.line_paging import may_be_paged, read_paging
from coupa_async.domain.pages.identity import named_numbers
from coupa_async.domain.pages.late_parts import Part, State, lacking, parts_of
from coupa_async.domain.pages.links import absolute
from coupa_async.domain.pages.page_limits import refuse_excess
from coupa_async.domain.pages.sign_in import is_sign_in_path, origin_of
from coupa_async.domain.pages.sign_in_form import SignInForm, read_form, shown_error

_SECONDS = re.compile(r"num_secs\s{0,9}=\s{0,9}(\d{1,9})")
_MILLISECONDS = re.compile(r'"timeout_duration"\s{0,9}:\s{0,9}(\d{1,12})')
_BOUNDS = Bounds()
_KEPT_CHARS = 4_000_000
_KINDS = {
    AttachmentSource.ORDER: ("order_headers", "div.order_headers_show_page", "Purchase Order #"),
    AttachmentSource.REQUISITION: ("requisition_headers", "div.requisition_headers_show_page", "Requisition #"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """A document: the order's page or its requisition's.

    Attributes:
        kind: Which of the two.
        url: Where it is.
        supplier: Empty if it names none.
        attachments: In page order, each once.
        requisition_url: Absolute; empty if it links none.
        broken_requisition: The link to its requisition if that is no valid address; else empty.
        missing: What it announces, or must have, and does not show; empty if it is complete.
        session_length_s: How long a session lasts unused; ``None`` if it does not say.
        numbers: The numbers of the order that its heading names; see ``domain.pages.identity``.
        page_id: Its id in the tenant's database; empty if it does not say.
        parts: What of it may come late.
        outside: How many of the attachments are in no known list; these come last.
        remark: What else is odd about it; empty for nothing.
        has_more_lines: Whether it has lines that it does not show, as far as it tells.
    """

    kind: AttachmentSource
    url: str
    supplier: str
    attachments: tuple[Attachment, ...]
    requisition_url: str
    missing: str
    session_length_s: float | None
    broken_requisition: str = ""
    numbers: tuple[str, ...] = ()
    page_id: str = ""
    parts: tuple[Part, ...] = ()
    outside: int = 0
    remark: str = ""
    has_more_lines: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether it shows everything that it announces, and says itself which lists are empty."""
        return not self.missing

    @property
    def lacks(self) -> dict[str, int]:
        """What is not there yet, and how much of each is."""
        return {part.name: part.shown for part in self.parts if part.state is State.NOT_YET}

    @property
    def is_listless(self) -> bool:
        """Whether all that it lacks is a list of attachments, for which it has no place."""
        return [part.is_absent for part in self.parts if part.state is State.NOT_YET] == [True]

    @property
    def note(self) -> str:
        """A note for the result; empty if there is none."""
        if not self.outside:
            return self.remark
        names = ", ".join(attachment.name or attachment.id for attachment in self.attachments[-self.outside :])
        return f"found outside the known lists: {names}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """A page of the sign-in: the session is signed out.

    Attributes:
        form: ``None`` for a step that fills in nothing, such as an SSO redirect.
        error: What the page says went wrong; empty if nothing.
    """

    url: str
    form: SignInForm | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFoundPage:
    """No such document, or no access to it. Coupa shows one page for both."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPage:
    """A page of no known kind. It is never called "not found"."""

    url: str
    title: str


Page = OrderPage | SignInPage | NotFoundPage | UnknownPage


def read_page(html: str, url: str, base_url: str, bounds: Bounds = _BOUNDS) -> Page:
    """Decide what a page is.

    Args:
        html: The page.
        url: Where the navigation ended.
        base_url: The tenant's address.
        bounds: How large and how deep it may be.

    Raises:
        ExcessivePageError: If it is larger or deeper.
    """
    return (_read_and_keep if len(html) <= _KEPT_CHARS else _read)(html, url, base_url, bounds)


def _read(html: str, url: str, base_url: str, bounds: Bounds) -> Page:
    refuse_excess(html, url, bounds)
    tree = parsed(html)
    if is_signed_out(url, base_url):
        return SignInPage(url=url, form=read_form(tree, url), error=shown_error(tree))
    for kind in AttachmentSource:
        if _is(tree, kind):
            return _document(tree, html, url, kind, bounds)
    text = _title(tree)
    root = tree.css_first("html")
    bare = root is None or "data-controller" not in root.attributes
    if bare and (text == "Coupa: Page not found" or tree.css_first("h1#error-message")):
        return NotFoundPage(url=url)
    return UnknownPage(url=url, title=text)


# Whoever waits for a page reads it, and whoever waited does so again: parsing is the most of it.
_read_and_keep = lru_cache(maxsize=8)(_read)


def is_signed_out(url: str, base_url: str) -> bool:
    """Return whether an address is a sign-in page's: another origin, or one of the tenant's own sign-in paths.

    Never by text: a healthy page contains ``openid-connect``, ``oauth`` and ``identity``.
    """
    return origin_of(url) != origin_of(base_url) or is_sign_in_path(url)


def session_length_s(text: str) -> float | None:
    """Read how long a session lasts unused, from a page's inline script or the answer of ``expiration_check``.

    Returns:
        Seconds; ``None`` if the text does not say.
    """
    if found := _SECONDS.search(text):
        return float(found[1])
    return float(found[1]) / 1000 if (found := _MILLISECONDS.search(text)) else None


def parsed(html: str) -> LexborHTMLParser:
    """Parse a page."""
    try:
        return LexborHTMLParser(html)
    except UnicodeEncodeError:  # a script may leave half a character in a page
        return LexborHTMLParser(html.encode("utf-8", "replace"))


def _is(tree: LexborHTMLParser, kind: AttachmentSource) -> bool:
    controller, old_style, heading = _KINDS[kind]
    if tree.css_first(f'html[data-controller="{controller}"][data-action="show"]') or tree.css_first(old_style):
        return True
    header = tree.css_first("#pageHeader")
    return header is not None and " ".join(header.text().split()).startswith(heading)


def _document(tree: LexborHTMLParser, html: str, url: str, kind: AttachmentSource, bounds: Bounds) -> OrderPage:
    supplier = tree.css_first("section#supplier span.supplier-name") or tree.css_first(".supplier-name")
    requisition = tree.css_first("a#order_header_requisition_header[href]")
    requisition_link = (requisition.attributes.get("href") or "").strip() if requisition else ""
    requisition_url = absolute(url, requisition_link) if requisition_link else ""
    root = tree.css_first("html")
    attachments, outside = parse_attachments(tree, html, url, bounds)
    parts = parts_of(tree, attachments)
    return OrderPage(
        kind=kind,
        url=url,
        supplier=" ".join(supplier.text().split()) if supplier else "",
        attachments=attachments,
        requisition_url=requisition_url,
        broken_requisition="" if requisition_url or not _is_web(requisition_link) else requisition_link,
        missing="; ".join(map(str, lacking(parts))),
        session_length_s=session_length_s(html),
        numbers=_numbers(tree),
        page_id=(root.attributes.get("data-id") or "").strip() if root else "",
        parts=parts,
        outside=outside,
        has_more_lines=may_be_paged(html) and not read_paging(tree).is_all,
    )


def _is_web(link: str) -> bool:
    return link.lower().startswith(("http:", "https:", "//"))


def _numbers(tree: LexborHTMLParser) -> tuple[str, ...]:
    """Read the numbers that the heading names. An element in it may be a word of its own, or a part of the number."""
    heading, title = tree.css_first("#pageHeader"), _title(tree)
    texts = [heading.text(separator=" "), heading.text()] if heading else [""]
    return tuple(dict.fromkeys(number for text in texts for number in named_numbers(text, title)))


def _title(tree: LexborHTMLParser) -> str:
    title = tree.css_first("title")
    return title.text(strip=True) if title else ""
