"""Every parser of what others send, as a function of bytes that returns, or raises a ``CoupaError``."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from selectolax.lexbor import LexborHTMLParser

from backends.browser.chromium import ResponseHead
from backends.browser.storage_state import read_state
from backends.direct.cookies import Jar, parse_cookie
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.settings_files import DotEnvFile, toml_values
from coupa_async.app.runs.output_folder import folder_status
from coupa_async.app.runs.run_book import RunBook
from coupa_async.domain.api.answers import NotJsonError, error_text, read_json, records
from coupa_async.domain.api.data import read_order_data as read_api_data
from coupa_async.domain.api.documents import read_document
from coupa_async.domain.api.token import read_token
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.fields import Kind, chosen_fields
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.errors import CoupaError, WorklistError
from coupa_async.domain.files.content import check_content, url_shortcut
from coupa_async.domain.files.naming import attachment_name, content_disposition_name, file_name, safe_name
from coupa_async.domain.messages.message import Message, MessageAttachment, lay_out
from coupa_async.domain.messages.rtf import read_rtf
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.pages.data.line_pages import read_lines_page
from coupa_async.domain.pages.data.line_paging import may_be_paged
from coupa_async.domain.pages.data.order_data import read_order_data
from coupa_async.domain.pages.markup import nesting
from coupa_async.domain.pages.page import is_signed_out, read_page, session_length_s
from coupa_async.domain.pages.print_view import names_order, print_address
from coupa_async.domain.policies.retry import retry_after_s
from coupa_async.domain.recording.leaks import suspicions
from coupa_async.domain.recording.scrub import Scrubber
from coupa_async.domain.recording.snapshot import harmless
from coupa_async.domain.redaction import redacted
from coupa_async.services.messages.outlook import read_message
from coupa_async.services.messages.reader import decode
from coupa_async.services.records.journal import FILE_NAME
from coupa_async.services.spreadsheet.cells import delimited_text, legal_text
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.results import write_results
from coupa_async.services.spreadsheet.worklist import read_worklist
from coupa_async.services.spreadsheet.xlsx.package import check_package
from coupa_async.services.spreadsheet.xlsx.reading.sheet_facts import sheet_facts

BASE = "https://tenant.example.com"
URL = f"{BASE}/order_headers/1"
BOUNDS = Bounds()
AT = datetime(2025, 6, 1, tzinfo=UTC)
_EDITED_BYTES = 30_000  # read, written and read again within a second
_DEEP = 512  # what is deeper is refused before it is parsed; pages have a deadline of their own
logging.getLogger("dotenv").setLevel(logging.ERROR)  # a line for each that it cannot read


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _is_deep(html: str) -> bool:
    return nesting(html, _DEEP) > _DEEP


def _page(data: bytes) -> None:
    html = _text(data)
    if not _is_deep(html):
        read_page(html, URL, BASE)
    is_signed_out(html[:2000], BASE)
    session_length_s(html)


def _attachments(data: bytes) -> None:
    html = _text(data)
    if _is_deep(html):
        return
    page = read_page(html, URL, BASE)
    for attachment in getattr(page, "attachments", ()):
        attachment_name(attachment, None)
        url_shortcut(attachment.url)


def _naming(data: bytes) -> None:
    text = _text(data)
    name = safe_name(text, fallback="x")
    assert name
    assert not set(name) & set('/\\:*?"<>|\0'), name
    file_name(text, fallback="x")
    content_disposition_name(text)
    content_disposition_name(f"attachment; filename={text}")
    content_disposition_name(f"attachment; filename*={text}")
    attachment_name(Attachment(id="1", kind=AttachmentKind.FILE, name=text, url=URL), text)


def _content(data: bytes) -> None:
    for ending in ("pdf", "docx", "xlsx", "zip", "png", "jpg", "msg", "html", "txt", ""):
        check_content(f"a.{ending}", data, len(data))


def _rtf(data: bytes) -> None:
    read_rtf(data)
    read_rtf(b"{\\rtf1\\ansi\\fromhtml1 " + data)


def _letter(data: bytes) -> None:
    picture = MessageAttachment(name="a.png", data=b"\x89PNG", content_id="a", mime="image/png")
    text = _text(data)
    fields = {"subject": text[:200], "sender": "", "to": "", "cc": "", "sent": None, "text": text}
    page = lay_out(Message(html=text, enclosures=(picture,), **fields)).page  # type: ignore[arg-type]
    assert not LexborHTMLParser(page).css("script, iframe, object, embed, base, link, [onclick], [onload]")


def _outlook(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".msg") as file:
        file.write(data)
        file.flush()
        lay_out(read_message(Path(file.name)))


def _table(data: bytes, suffix: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(data)
        file.flush()
        read_worklist(Path(file.name), WorklistOptions(), fresh=False)


def _package(data: bytes) -> None:
    try:
        package = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return  # told by openpyxl, in whose hands it has been before
    check_package(package)


def _sheet(data: bytes) -> None:
    with suppress(WorklistError):
        sheet_facts(BytesIO(data))


def _cookies(data: bytes) -> None:
    text = _text(data)
    parse_cookie(text, URL, now_s=1_750_000_000.0)
    jar = Jar(BASE)
    jar.take(URL, text.splitlines()[:50], version=0)
    jar.header(URL)


def _headers(data: bytes) -> None:
    lines = [line.partition(":") for line in _text(data).splitlines()[:100]]
    head = ResponseHead(url=URL, status=200, headers={name.strip().lower(): value.strip() for name, _, value in lines})
    for part in ("is_page", "length", "file_name"):
        getattr(head, part, None)
    head.retry_after_s(AT)
    retry_after_s(_text(data), AT)


def _redaction(data: bytes) -> None:
    once = redacted(_text(data))
    assert redacted(once) == once


def _snapshot(data: bytes) -> None:
    if not _is_deep(html := _text(data)):
        tree = LexborHTMLParser(harmless(html))
        assert not tree.css("script, iframe, object, embed, base, link, [src^=http], [onerror], [onclick], [onload]")


def _scrub(data: bytes) -> None:
    if not _is_deep(html := _text(data)):
        scrubber = Scrubber(BASE)
        suspicions(scrubber.page(html, URL), BASE, scrubber.suppliers)
        scrubber.url(html[:2000], URL)


def _numbers(data: bytes) -> None:
    OrderNumber.parse(_text(data))
    legal_text(_text(data))
    delimited_text(_text(data))


def _lines(data: bytes) -> None:
    if _is_deep(html := _text(data)):
        return
    page = read_lines_page(html, BOUNDS)
    assert len(page.lines) <= BOUNDS.page_lines + 1
    may_be_paged(html)
    print_address(html, URL, BASE)
    names_order(html, OrderNumber.parse("PO1"))


def _data(data: bytes) -> None:
    if _is_deep(html := _text(data)):
        return
    found = read_order_data(html, BOUNDS)
    formats = Formats.of([found])
    for text in (html[:500], *(text for _, text in (*found.fields, *found.labels))):
        for kind in Kind:
            formats.typed(kind, text, found.language, found.field("currency"))
    chosen_fields([html[:200], *(label for label, _ in found.labels)])


def _api(data: bytes) -> None:
    error_text(_text(data))
    read_token(_text(data), 0.0)
    with suppress(NotJsonError):
        value = read_json(_text(data))
        for record in records(value) or ((value,) if isinstance(value, dict) else ()):
            for kind in AttachmentSource:
                read_api_data(record, records(record.get("order_lines")))
                if (document := read_document(record, kind)) is not None:
                    document.page(BASE)


def _editor(data: bytes, suffix: str) -> None:
    """Write results into a spreadsheet that was read, and read what was written."""
    with tempfile.TemporaryDirectory() as folder:
        path, filled = Path(folder, f"given{suffix}"), Path(folder, f"filled{suffix}")
        path.write_bytes(data[:_EDITED_BYTES])
        worklist = read_worklist(path)
        results = [OrderResult(number=order.number, outcome=Outcome.COMPLETED, url=URL) for order in worklist.orders]
        write_results(worklist, [(result, AT) for result in results], filled, output_dir=Path(folder), now=AT)
        assert not read_worklist(filled).orders


def _other(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".ods") as file:
        file.write(data)
        file.flush()
        read_worklist(Path(file.name))


def _settings(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coupa.toml")
        path.write_bytes(data)
        with suppress(CoupaError):
            toml_values(path)
        with suppress(CoupaError):
            read_state(path)
        RunBook(path).all()
        DotEnvFile(Settings, env_file=path)()


def _journal(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, FILE_NAME).write_bytes(data)
        folder_status(Path(folder))


TARGETS: dict[str, Callable[[bytes], object]] = {
    "page": _page,
    "attachments": _attachments,
    "naming": _naming,
    "content": _content,
    "rtf": _rtf,
    "letter": _letter,
    "outlook": _outlook,
    "answer": decode,
    "delimited": lambda data: _table(data, ".csv"),
    "workbook": lambda data: _table(data, ".xlsx"),
    "package": _package,
    "sheet": _sheet,
    "cookies": _cookies,
    "headers": _headers,
    "redaction": _redaction,
    "snapshot": _snapshot,
    "scrub": _scrub,
    "numbers": _numbers,
    "lines": _lines,
    "data": _data,
    "api": _api,
    "filled_csv": lambda data: _editor(data, ".csv"),
    "filled_workbook": lambda data: _editor(data, ".xlsx"),
    "other_workbook": _other,
    "settings": _settings,
    "journal": _journal,
}
# Each of their inputs takes a process, or a folder with a database: they are tried in one round of so many.
RARE = {"other_workbook": 50, "journal": 5}
