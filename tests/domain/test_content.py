"""Bytes against the name that they go under."""

from __future__ import annotations

import pytest

from coupa_async.domain.content import check_content, url_shortcut

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
