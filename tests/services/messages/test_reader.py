"""Messages that are meant to harm: each is a note in seconds, and the run is as it was."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import anyio
import compressed_rtf
import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrokenMessageError
from coupa_async.domain.messages.message import Letter
from coupa_async.domain.messages.rtf import read_rtf
from coupa_async.runtime import isolated
from coupa_async.services.messages.reader import decode, encode, read_letter
from fixtures.outlook import embedded, file, message, message_tree
from tests.services.messages.test_print_message import PNG

BOUNDS = Bounds()
RTF = b"{\\rtf1\\ansi\\fromhtml1 "


def uncompressed(rtf: bytes) -> bytes:
    return bytes(compressed_rtf.compress(rtf, compressed=False))


async def read(tmp_path: Path, data: bytes, bounds: Bounds = BOUNDS) -> Letter:
    path = tmp_path / "read.msg"
    path.write_bytes(data)
    return await read_letter(path, bounds)


@pytest.mark.parametrize("rtf", [b"\\f0" * 100_000, b"\\'e9" * 200_000, b"{" * 200_000, b"\\uc9\\u8 " * 50_000])
def test_rtf_takes_time_in_proportion_to_its_length(rtf: bytes) -> None:
    started_s = time.perf_counter()
    read_rtf(RTF + rtf)
    assert time.perf_counter() - started_s < 5


@pytest.mark.anyio
async def test_a_small_message_whose_rtf_was_quadratic_is_read(tmp_path: Path) -> None:
    letter = await read(tmp_path, message(rtf=uncompressed(RTF + b"\\f0" * 100_000 + b" seen}")))
    assert "seen" in letter.page


@pytest.mark.parametrize("html", ["<div>" * 200_000, "<b></i>" * 200_000, "<ul><li>" * 100_000, "<DIV >x" * 1_000])
@pytest.mark.anyio
async def test_elements_deep_inside_each_other_are_refused_before_they_are_parsed(tmp_path: Path, html: str) -> None:
    with pytest.raises(BrokenMessageError, match="over 520 elements inside each other"):
        await read(tmp_path, message(html=html))


@pytest.mark.anyio
async def test_a_wide_page_is_none_too_deep(tmp_path: Path) -> None:
    letter = await read(tmp_path, message(html="<p>a<br><li>b<td>c</div></b>" * 2_000 + "<div>x</div>" * 2_000))
    assert letter.page.count("<div>x</div>") == 2_000


@pytest.mark.anyio
async def test_one_picture_shown_twenty_thousand_times_has_room_for_a_few(tmp_path: Path) -> None:
    picture = file("one.png", PNG + bytes(100_000), content_id="one")
    data = message(html='<img src="cid:one">' * 20_000, enclosed=[picture])
    letter = await read(tmp_path, data, replace(BOUNDS, message_pictures_bytes=1_000_000))
    assert len(letter.page) < 3_000_000
    assert letter.page.count("data:image/png") == 9
    assert [name for name, _ in letter.listed] == ["one.png"]  # what is not shown everywhere is there as a file


@pytest.mark.parametrize(
    "fields", [{"text": "x" * 2_000}, {"html": f"<p>{'x' * 2_000}</p>"}, {"subject": "\u20ac" * 700}]
)
@pytest.mark.anyio
async def test_a_message_that_would_be_too_long_a_page_is_not_printed(tmp_path: Path, fields: dict[str, str]) -> None:
    empty = len((await read(tmp_path, message())).page.encode())
    with pytest.raises(BrokenMessageError, match="it would be a page of over"):
        await read(tmp_path, message(**fields), replace(BOUNDS, message_page_bytes=empty + 1_900))
    assert await read(tmp_path, message(text="x" * 1_000), replace(BOUNDS, message_page_bytes=empty + 1_900))


@pytest.mark.anyio
async def test_a_message_has_so_many_parts_and_no_more(tmp_path: Path) -> None:
    parts = [file(f"{n}.txt", b"x") for n in range(5)]
    assert len((await read(tmp_path, message(enclosed=parts), replace(BOUNDS, message_parts=5))).listed) == 5
    with pytest.raises(BrokenMessageError, match="over 4 files and messages"):
        await read(tmp_path, message(enclosed=parts), replace(BOUNDS, message_parts=4))


@pytest.mark.anyio
async def test_messages_lie_so_deep_in_each_other_and_no_deeper(tmp_path: Path) -> None:
    tree = message_tree(subject="3", text="deep")
    for n in (2, 1):
        tree = message_tree(subject=str(n), enclosed=[embedded(str(n + 1), tree)])
    data = message(subject="0", enclosed=[embedded("1", tree)])
    letter = await read(tmp_path, data, replace(BOUNDS, message_depth=3))
    assert letter.letters[0][1].letters[0][1].letters[0][1].subject == "3"
    with pytest.raises(BrokenMessageError, match="over 2 messages lie inside each other"):
        await read(tmp_path, data, replace(BOUNDS, message_depth=2))


@pytest.mark.anyio
async def test_a_message_is_so_large_and_no_larger(tmp_path: Path) -> None:
    with pytest.raises(BrokenMessageError, match="it has over 10,000 bytes"):
        await read(tmp_path, message(text="x" * 20_000), replace(BOUNDS, message_bytes=10_000))


@pytest.mark.anyio
async def test_a_reader_that_takes_too_long_is_ended_whatever_holds_it(tmp_path: Path) -> None:
    many = "<a " + " ".join(f"a{n}=1" for n in range(60_000)) + ">"  # seconds within the parser, which cannot be asked
    started_s = time.perf_counter()
    with pytest.raises(BrokenMessageError, match=r"it took over 0 s to read"):
        await read(tmp_path, message(html=many), replace(BOUNDS, parse_s=0.3))
    assert time.perf_counter() - started_s < 15


@pytest.mark.anyio
async def test_a_reader_ends_with_whoever_waits_for_it(tmp_path: Path) -> None:
    many = "<a " + " ".join(f"a{n}=1" for n in range(60_000)) + ">"
    with anyio.move_on_after(0.2) as scope:
        await read(tmp_path, message(html=many))
    assert scope.cancelled_caught  # that no process is left is seen by tests/conftest.py


@pytest.mark.anyio
async def test_the_reader_is_told_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPA_PASSWORD", "s3cr3t")
    assert "COUPA_PASSWORD" not in isolated.module_environment()
    assert isolated.module_environment()["PATH"] == os.environ["PATH"]


def test_a_letter_crosses_as_bytes_and_an_outline() -> None:
    inner = Letter(subject="i", page="<p>é\ud800</p>", listed=(("a", b"\0\n"),))
    outer = Letter(subject="o", page="<p>o</p>", listed=(("b", b""), ("c", b"x")), letters=(("n", inner), ("m", inner)))
    data = encode(outer)
    back = decode(data)
    assert back.listed == outer.listed
    assert back.letters[1][1].listed == inner.listed
    assert back.letters[0][1].page == "<p>é?</p>"
    for end in range(len(data)):
        with pytest.raises(BrokenMessageError):
            decode(data[:end])
