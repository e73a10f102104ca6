"""Bytes against the name that they go under."""

from __future__ import annotations

import time

import pytest

from coupa_async.domain.files.content import Doubt, Kind, check_content, doubt_of, is_tenants_page, url_shortcut
from coupa_async.domain.files.endings import Ends
from tests.domain.samples import HEIC, PDF, RTF, WHOLE, archive, jpeg

HTML = b"\xef\xbb\xbf \n<!DOCTYPE html><html>"
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.pdf", b"junk before\n%PDF-1.4"),
        ("a.docx", b"PK\x03\x04"),
        ("with password.xlsx", CFB),
        ("a.msg", CFB),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.jpeg", b"\xff\xd8\xff\xe0"),
        ("export.xls", b"<html><table>"),
        ("page.html", HTML),
        ("a.csv", b"a;b"),
        ("no extension", b"anything"),
        ("notes.txt", b"<3 this order"),
    ],
)
def test_what_may_be_right_is_kept(name: str, head: bytes) -> None:
    assert check_content(name, head, len(head)) is None


@pytest.mark.parametrize(
    ("name", "head", "story"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"not this", "not a PDF"),
        ("a.pdf", HTML, "web page"),
        ("a.docx", HTML, "web page"),
        ("notes.txt", b"<html>", "web page"),
        ("no extension", HTML, "web page"),
        ("a.xlsx", b"%PDF-1.4", ".xlsx"),
        ("a.MSG", b"PK\x03\x04", ".msg"),
        ("a.png", b"\xff\xd8\xff", ".png"),
    ],
)
def test_what_cannot_be_right_is_told(name: str, head: bytes, story: str) -> None:
    assert story in (check_content(name, head, len(head)) or "")


def test_a_shortcut_holds_one_url_and_no_second_line() -> None:
    assert url_shortcut("https://x/a\r\nIconFile=evil") == b"[InternetShortcut]\r\nURL=https://x/aIconFile=evil\r\n"


def doubt(name: str, data: bytes) -> Doubt | None:
    return doubt_of(name, Ends(len(data), data[:1024], data))


@pytest.mark.parametrize(
    ("name", "data", "clause"),
    [
        ("scan.pdf", jpeg(), "is not a PDF by its content: it is a JPEG"),
        ("scan.png", jpeg(), "is not a .png file by its content: it is a JPEG"),
        ("photo.jpg", HEIC, "is not a .jpg file by its content: it is an HEIC picture or a film"),
        ("list.xlsx", b"Item;Price\r\nSample;12,50\r\n", "is not a .xlsx file by its content: it is plain text"),
        ("offer.docx", RTF, "is not a .docx file by its content: it is an RTF text"),
        ("offer.docx", PDF, "is not a .docx file by its content: it is a PDF"),
        ("letter.pdf", b"a mail's header\r\n" * 99 + PDF, "is not a PDF by its content: it is plain text"),
        ("noise.png", bytes(99), "is not a .png file by its content"),
        ("message.msg", b"From: a\r\nTo: b\r\n", "is not a .msg file by its content: it is plain text"),
    ],
)
def test_what_is_not_as_named_is_told_for_what_it_is(name: str, data: bytes, clause: str) -> None:
    assert doubt(name, data) == Doubt(Kind.OTHER, clause)


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a", "a.html"])
def test_no_bytes_are_empty_under_every_name(name: str) -> None:
    assert doubt(name, b"") == Doubt(Kind.EMPTY, "is empty")


def test_what_is_both_cut_and_misnamed_is_cut() -> None:
    assert doubt("scan.png", jpeg()[:-9]) == Doubt(Kind.CUT, "is cut short")


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a.docx", "a", "a.csv"])
@pytest.mark.parametrize("before", [b"", b"<!-- a --> <!---->\n", b'<?xml version="1.0"?>\n', b"\xef\xbb\xbf\r\n"])
def test_a_page_in_a_files_place_is_a_page(name: str, before: bytes) -> None:
    found = doubt(name, before + b"<!DOCTYPE html><html><body>Error</body></html>")
    assert found is not None
    assert found.kind is Kind.PAGE


@pytest.mark.parametrize("name", ["a.htm", "a.HTML", "a.xhtml", "a.mht", "export.xls"])
def test_a_page_by_name_is_a_file(name: str) -> None:
    assert doubt(name, b"<!DOCTYPE html><html><body>Report</body></html>") is None


@pytest.mark.parametrize(
    ("html", "is_own"),
    [
        (b"<form><input name=user><input class='x' type = 'Password'></form>", True),
        (b"<input type=password>", True),
        (b'<h1 id="error-message">Oops!</h1>', True),
        (b"<p>Your password has expired</p><input type=text name=password>", False),
        (b"<input " * 40_000, False),
    ],
)
def test_a_sign_in_in_place_of_a_page_is_no_file(html: bytes, is_own: bool) -> None:
    assert is_tenants_page(html) == is_own


def test_comments_without_end_take_no_time() -> None:
    began_s = time.process_time()
    for name in ("a.pdf", "a.txt", "a"):
        check_content(name, b"<!---->" * 200, 1400)
        check_content(name, b"<!---->" * 200_000, 1_400_000)
    assert time.process_time() - began_s < 1.0


def test_whole_files_of_all_kinds_are_in_no_doubt() -> None:
    assert not [name for name, data in WHOLE.items() if doubt(name, data)]
    assert doubt("unpacks itself.zip", b"MZ" + b"program" * 999 + archive()) is None
