"""Outlook messages into PDF: what is read, what is laid out, what ends up beside the original."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import compressed_rtf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.fake.backend import FakeSession
from coupa_async.domain.errors import BrokenMessageError, SessionLostError
from coupa_async.domain.messages.message import Message, letter
from coupa_async.domain.messages.rtf import read_rtf
from coupa_async.domain.order import AttachmentKind, AttachmentSource
from coupa_async.domain.outcome import SavedAttachment
from coupa_async.ports import Profile
from coupa_async.services.files.order_folder import OrderFolder
from coupa_async.services.messages.outlook import read_message
from coupa_async.services.messages.print_message import print_messages
from fixtures.outlook import compound, embedded, file, message, message_tree

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SENT = datetime(2025, 6, 1, 12, 30, tzinfo=UTC)
FROM_HTML = rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset204 Arial Cyr;}}"


def read(data: bytes, tmp_path: Path) -> Message:
    path = tmp_path / "read.msg"
    path.write_bytes(data)
    return read_message(path)


def body(html: str, **more: object) -> str:
    """Lay out a message with an HTML body; everything after the head."""
    base = {"subject": "", "sender": "", "to": "", "cc": "", "sent": None, "text": "", "enclosures": ()}
    return letter(Message(html=html, **(base | more))).partition("</table>")[2]  # type: ignore[arg-type]


def test_headers_bodies_and_attachments_are_read(tmp_path: Path) -> None:
    data = message(
        subject="Preços & prazos",
        sender=("Ana", "ana@example.com"),
        to=[("Bruno", "bruno@example.com"), ("", "desk@example.com")],
        cc=[("Carla", "/o=Example/cn=carla")],
        sent=SENT,
        html="<p>Olá</p>".encode("cp1252"),
        codepage=1252,
        enclosed=[file("plan.txt", b"x" * 5000), file("", b"y")],
    )
    found = read(data, tmp_path)
    assert (found.subject, found.sender) == ("Preços & prazos", "Ana <ana@example.com>")
    assert (found.to, found.cc, found.sent) == ("Bruno <bruno@example.com>; desk@example.com", "Carla", SENT)
    assert found.html == "<p>Olá</p>"
    assert [(enclosure.name, len(enclosure.data)) for enclosure in found.enclosures] == [("plan.txt", 5000), ("", 1)]
    page = letter(found)
    for text in (
        "Preços &amp; prazos",
        "Ana &lt;ana@example.com&gt;",
        "2025-06-01 12:30 UTC",
        "plan.txt (5,000 bytes)",
    ):
        assert text in page


def test_rtf_is_taken_where_there_is_no_html_and_text_where_the_rtf_is_broken(tmp_path: Path) -> None:
    packed = compressed_rtf.compress(rb"{\rtf1\ansi Rich\par body}")
    assert read(message(text="Plain", rtf=packed), tmp_path).text == "Rich\nbody"
    assert read(message(text="Plain", rtf=packed[:-3]), tmp_path).text == "Plain"
    with pytest.raises(BrokenMessageError, match="CRC"):
        read(message(rtf=packed[:-3]), tmp_path)
    inside = compressed_rtf.compress(FROM_HTML + rb"{\*\htmltag64 <p>}Hi\htmlrtf\par\htmlrtf0{\*\htmltag72 </p>}}")
    assert read(message(text="Plain", rtf=inside), tmp_path).html == "<p>Hi</p>"


@pytest.mark.parametrize(
    ("rtf", "html"),
    [
        (rb"{\*\htmltag64 <p class=\'e9>}x{\*\htmltag72 </p>}", "<p class=é>x</p>"),
        (rb"\htmlrtf {\htmlrtf0 {\*\htmltag84 <b>}bold\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>} on", "<b>bold</b> on"),
        (rb"a\u8364?b\u-10179?\u-8704?c", "a€b😀c"),
        (rb"{\f1 \'cf\'f0\'e8} \'e9 \{\}\\", "При é {}\\"),
        (rb"{\*\mhtmltag64 <no>}{\pict 00ff}{\*\htmltag4 \par }\tab\lquote", "\n\t\u2018"),
    ],
)
def test_html_is_taken_out_of_rtf(rtf: bytes, html: str) -> None:
    assert read_rtf(FROM_HTML + rtf + b"}") == (html, True)


@settings(deadline=None)  # a busy machine is no fault
@given(
    st.binary()
    | st.lists(st.sampled_from([b"{", b"}", b"\\u", b"\\'e", b"\\*", b"\\htmltag", b"9" * 99])).map(b"".join)
)
def test_no_rtf_brings_the_reader_down(rtf: bytes) -> None:
    read_rtf(b"{\\rtf1\\fromhtml1 " + rtf)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src="https://tracker.example/p.png">',
        '<body background="//tracker.example/x"><p onclick="go()">',
        '<iframe src="https://x.example"></iframe><object data="file:///etc/passwd"></object>',
        '<meta http-equiv="refresh" content="0;url=https://x.example"><base href="https://x.example">',
        '<p>x</p><base href="https://x.example"><link rel="preload" href="https://x.example">',
        '<a href="javascript:go()">x</a><a href=" JavaScript:go()">x</a><svg><script>go()</script></svg>',
        '<form action="https://x.example"><input formaction="https://x.example"></form>',
        '<img src="cid:not-there" srcset="https://x.example/2x 2x"><link rel="stylesheet" href="https://x.example">',
    ],
)
def test_nothing_in_a_body_runs_or_asks_for_anything(hostile: str) -> None:
    page = body(f"<html>{hostile}<p>stays</p></html>").lower()
    assert "stays" in page
    for trace in ("script", "example", "onclick", "file:", "cid:", "refresh", "background"):
        assert trace not in page


def test_the_page_forbids_itself_scripts_and_requests() -> None:
    page = letter(
        Message(subject="</title><script>", sender="", to="", cc="", sent=None, html="", text="<b>", enclosures=())
    )
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "&lt;b&gt;" in page


def test_a_picture_of_the_body_is_in_the_page_and_not_in_the_list(tmp_path: Path) -> None:
    html = '<img src="CID:One%40x"><img src="cid:two@x">'
    pictures = [
        file("one.png", PNG, content_id="<one@x>"),
        file("two.exe", PNG, content_id="two@x", mime="text/html"),
        file("three.png", PNG, content_id="three@x"),
    ]
    found = read(message(html=html, enclosed=pictures), tmp_path)
    assert letter(found).count(f"data:image/png;base64,{base64.b64encode(PNG).decode()}") == 1
    assert [item.name for item in found.listed] == ["two.exe", "three.png"]


def test_a_message_within_a_message_is_read(tmp_path: Path) -> None:
    inner = message_tree(subject="Inner", text="deep", sent=SENT, enclosed=[file("a.txt", b"a")])
    (item,) = read(message(subject="Outer", enclosed=[embedded("Inner", inner)]), tmp_path).enclosures
    assert item.message is not None
    assert (item.message.subject, item.message.text, item.message.sent) == ("Inner", "deep", SENT)
    assert [x.data for x in item.message.enclosures] == [b"a"]


@pytest.mark.parametrize("cut", [0, 10, 600, 1500])
def test_a_broken_message_is_told(tmp_path: Path, cut: int) -> None:
    with pytest.raises(BrokenMessageError):
        read(message(subject="x", text="y" * 6000)[:cut], tmp_path)


def test_another_compound_file_is_no_message(tmp_path: Path) -> None:
    with pytest.raises(BrokenMessageError, match="no properties"):
        read(compound({"WordDocument": b"x"}), tmp_path)


def saved(*names: str) -> list[SavedAttachment]:
    rest = {"kind": AttachmentKind.FILE, "source": AttachmentSource.ORDER, "sha256": "", "seconds": 0.0}
    return [SavedAttachment(id=str(n), name=name, size_bytes=1, **rest) for n, name in enumerate(names)]  # type: ignore[arg-type]


def folder(tmp_path: Path, **files: bytes) -> OrderFolder:
    path = tmp_path / "PO1__WORK"
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    return OrderFolder(tmp_path, path)


def session() -> FakeSession:
    profile = Profile(name="worker-1", directory=Path("unused"))
    return FakeSession(lambda url, session: pytest.fail("nothing is asked for"), profile)


FORWARD = message(
    subject="Fwd",
    text="see below",
    enclosed=[
        file("../../plan.txt", b"plan"),
        file("plan.txt", b"other plan"),
        embedded("Inner: one", message_tree(subject="Inner", text="deep", enclosed=[file("CON.txt", b"c")])),
    ],
)


@pytest.mark.anyio
async def test_what_is_printed_stands_beside_the_original_under_names_of_its_own(tmp_path: Path) -> None:
    place = folder(tmp_path, **{"Fwd.msg": FORWARD, "fwd.PDF": b"%PDF-", "x.txt": b"x"})
    for _ in range(2):  # a second time replaces
        assert await print_messages(saved("Fwd.msg", "fwd.PDF", "x.txt"), place, session(), lambda: None) == ()
        assert {path.name for path in place.path.iterdir()} == {
            *("Fwd.msg", "fwd.PDF", "x.txt", "Fwd (2).pdf", "Fwd - plan.txt", "Fwd - plan (2).txt"),
            *("Fwd - Inner- one.pdf", "Fwd - Inner- one - CON_.txt"),
        }
    assert (place.path / "fwd.PDF").read_bytes() == b"%PDF-"
    assert b"see below" in (place.path / "Fwd (2).pdf").read_bytes()
    assert (place.path / "Fwd - plan (2).txt").read_bytes() == b"other plan"


@pytest.mark.anyio
async def test_a_broken_message_is_a_note_and_the_others_are_printed(tmp_path: Path) -> None:
    place = folder(tmp_path, **{"a.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "b.MSG": message(text="b")})
    (note,) = await print_messages(saved("a.msg", "b.MSG"), place, session(), lambda: None)
    assert note.startswith("a.msg is not there as a PDF, too: it cannot be read as an Outlook message")
    assert {path.name for path in place.path.iterdir()} == {"a.msg", "b.MSG", "b.pdf"}


@pytest.mark.anyio
async def test_a_browser_lost_while_printing_costs_the_print_alone(tmp_path: Path) -> None:
    place, lost = folder(tmp_path, **{"a.msg": message(text="a")}), session()
    lost.lost = True
    (note,) = await print_messages(saved("a.msg"), place, lost, lambda: None)
    assert "the browser is gone" in note
    with pytest.raises(SessionLostError):
        await lost.print_pdf("", tmp_path / "x")
