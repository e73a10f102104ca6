"""A Content-Disposition header read as Chromium reads it. Most rows are those of its own tests."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.http.content_disposition import content_disposition_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''%E2%82%AC%20rates.pdf", "€ rates.pdf"),
        ("attachment; filename*=UTF-8''%E2%82%AC.pdf; filename=\"x.pdf\"", "€.pdf"),
        ("attachment; filename*=iso-8859-1'en'%A3.pdf", "£.pdf"),
        ("attachment; filename*=UTF-8''%FF; filename=x.pdf", "x.pdf"),
        ("attachment; filename*=nonsense''%61; filename=x.pdf", "x.pdf"),
        ('attachment; filename="say \\"hi\\".pdf"', 'say "hi".pdf'),
        ('attachment; filename="caf\u00c3\u00a9.pdf"', "café.pdf"),
        ('inline; FILENAME="x.pdf"', "x.pdf"),
        # As Chromium's own tests have it.
        ("attachment; filename=abc,de.pdf", "abc,de.pdf"),
        ("filename=abcde.pdf", "abcde.pdf"),
        ("filename \t =abcde.pdf", "abcde.pdf"),
        ('inline; filename="abc%20de.pdf"', "abc de.pdf"),
        ('inline; name="abcde.pdf"', None),
        ('filename="abcdef.pdf', "abcdef.pdf"),
        ('inline; filename="abc  \t\nde.pdf"', "abc    de.pdf"),
        ('attachment; filename="%EC%98%88%EC%88%A0%20%EC%98%88%EC%88%A0.jpg"', "예술 예술.jpg"),
        ("attachment; filename=%E5%B2%A1%E3%80%80%E5%B2%A1.txt", "岡\u3000岡.txt"),
        ('attachment; filename="=?EUC-JP?Q?=B7=DD=BD=D13=2Epng?="', "芸術3.png"),
        ("attachment; filename==?eUc-Kr?b?v7m8+iAzLnBuZw==?=", "예술 3.png"),
        ("attachment; filename==?utf-8?Q?=E8=8A=B8=E8=A1=93_3=2Epng?=", "芸術 3.png"),
        ('inline; filename="=?iso88591?Q?caf=e9_=2epng?="', "café .png"),
        ('inline; filename="=?iso88591?Q?caf=E9_?= .png"', "café .png"),
        ('inline; filename="=?euc-kr?b?v7m8+iAz?= =?ksc5601?q?=BF=B9=BC=FA=2Epng?="', "예술 3예술.png"),
        ('attachment; filename="=?windows-1252?Q?caf=E9?=  =?iso-8859-7?b?4eI=?= .png"', "café\u03b1\u03b2.png"),
        ("attachment; filename=caf\u00c3\u00a9.png", "café.png"),
        ("attachment; filename==?utf-8?B?not base64?=", None),
        ("attachment; filename==?utf-8?Q?caf=?=", None),
        ('attachment; filename="=?foo?Q?bar?="', None),
        ("attachment; filename==?utf-8?Q?foo?", None),
        ("attachment; filename=caf%E9.pdf", None),
        ("attachment; filename*=\"UTF-8''a.pdf\"; filename=b.pdf", "b.pdf"),
        ("attachment; filename*=''a.pdf; filename=b.pdf", "b.pdf"),
        ("attachment; filename*=UTF-8'a.pdf; filename=b.pdf", "b.pdf"),
        ("attachment; filename*=UTF-8''; filename=b.pdf", "b.pdf"),
        ("attachment; filename*=UTF-8''caf\u00e9.pdf; filename=b.pdf", "b.pdf"),
        # More of what servers send.
        ('attachment; filename="=?UTF-8?B?Q290YcOnw6NvLnBkZg==?="', "Cotação.pdf"),
        ('attachment; filename="Cota%C3%A7%C3%A3o.pdf"', "Cotação.pdf"),
        ("attachment; filename=Cota%C3%A7%C3%A3o nova.pdf", "Cotação nova.pdf"),
        ('attachment; filename="100%.pdf"', "100%.pdf"),
        ('attachment; filename="Cota\u00e7\u00e3o.pdf"', "Cotação.pdf"),
        ('attachment; filename="\u0080 rates.pdf"', "€ rates.pdf"),
        ('attachment; filename="€ rates.pdf"', "€ rates.pdf"),
        ('attachment; filename="Cota\u00c3\u00a7\u00c3\u00a3o \u00e2\u201a\u00ac.pdf"', "Cotação €.pdf"),
        ('attachment; filename="\u00c3\u0081 \u00e2\u201a\u00ac.pdf"', "Á €.pdf"),
        ('attachment; filename="Cota\udcc3\udca7\udcc3\udca3o €.pdf"', "Cotação €.pdf"),
        ('attachment; filename="a;b.pdf"; size=3', "a;b.pdf"),
        ('attachment; filename="a \\"; b.pdf"', 'a "; b.pdf'),
        ("attachment; filename=two words.pdf", "two words.pdf"),
        ("attachment; filename=first.pdf; filename=second.pdf", "first.pdf"),
        ('attachment; filename=""; filename=second.pdf', "second.pdf"),
        ("attachment;filename=x.pdf;", "x.pdf"),
        ("; filename=x.pdf", "x.pdf"),
        ("attachment; FileName*=utf-8'en'%c3%a9.pdf", "é.pdf"),
        ("attachment", None),
        ("", None),
        ('attachment; filename=""', None),
    ],
)
def test_content_disposition_is_read_by_its_standards(header: str, name: str | None) -> None:
    assert content_disposition_name(header) == name


@given(st.text())
def test_no_header_is_an_exception(header: str) -> None:
    content_disposition_name(header)


@pytest.mark.parametrize("charset", ["idna", "punycode", "zlib", "rot13", "hex", "undefined", "unicode_escape", "../x"])
def test_a_charset_that_is_none_of_texts_is_unknown(charset: str) -> None:
    began_s = time.process_time()
    value = "xn--" + "a" * 50_000
    assert content_disposition_name(f"attachment; filename*={charset}''{value}; filename=x.pdf") == "x.pdf"
    assert content_disposition_name(f"attachment; filename==?{charset}?Q?{value}?=") is None
    assert time.process_time() - began_s < 0.5


@pytest.mark.parametrize("text", ['"', "\\", ";", "'", "%", "=?", "?", "=?utf-8?Q?", " ", "filename=", "=?a?B?="])
def test_no_header_takes_long(text: str) -> None:
    began_s = time.process_time()
    content_disposition_name("attachment; filename=" + text * 20_000)
    content_disposition_name('attachment; filename="' + text * 20_000)
    content_disposition_name("attachment; filename*=" + text * 20_000)
    assert time.process_time() - began_s < 1.0


@given(st.text("=?utf8-QqBb%é_ ;'\"\\*filename\u00ff€", max_size=60))
def test_no_odd_header_is_an_exception(header: str) -> None:
    content_disposition_name(f"attachment; filename{header}")
