"""Whole files are whole, however they are put together; those that end early are seen."""

from __future__ import annotations

import struct
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupa_async.domain.files.content import Kind, doubt_of
from coupa_async.domain.files.endings import HEAD_BYTES, TAIL_BYTES, Ends, NotAtHandError, last_bytes
from tests.domain.samples import EOI, HEIC, PDF, RTF, SOI, WHOLE, XML, archive, archive64, box, jpeg

CFB = WHOLE["a.msg"]


class InMemory:
    """A source that has all bytes at hand, and counts how many it was asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size_bytes = len(data)
        self.asked_bytes = 0

    def read(self, at: int, count: int) -> bytes:
        self.asked_bytes += count
        return self._data[at : at + count]


def is_cut(name: str, data: bytes) -> bool:
    found = doubt_of(name, InMemory(data))
    assert found is None or found.kind is Kind.CUT, found
    return found is not None


def ends(data: bytes) -> Ends:
    return Ends(len(data), data[:HEAD_BYTES], data[-TAIL_BYTES:])


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_whole_also_by_its_ends_alone(name: str) -> None:
    assert not is_cut(name, WHOLE[name])
    assert doubt_of(name, ends(WHOLE[name])) is None


@pytest.mark.parametrize("name", WHOLE)
@given(share=st.floats(0.35, 0.99))
@settings(max_examples=30)
def test_a_file_that_ends_early_is_cut(name: str, share: float) -> None:
    data = WHOLE[name]
    assert is_cut(name, data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("after its end.pdf", PDF + b"\r\n<!-- added by a gateway -->" * 9),
        ("padded.pdf", PDF + bytes(60_000)),
        ("updated.pdf", PDF + b"9 0 obj<<>>endobj\nxref\ntrailer<</Prev 10>>\nstartxref\n9\n%%EOF\n"),
        ("encrypted.pdf", PDF.replace(b"/Size 6", b"/Size 6/Encrypt 9 0 R")),
        ("with a preamble.pdf", b"mail header\r\n" * 9 + PDF),
        ("unpacks itself.zip", b"MZ" + b"program" * 99 + archive()),
        ("unpacks itself and says so.zip", archive().replace(b"PK\x03\x04", b"PK\x03\x04", 1)),
        ("with a long comment.zip", archive(comment=b"c" * 65_535)),
        ("with a hostile comment.zip", archive(comment=b"PK\x05\x06" * 30)),
        ("empty.zip", archive(0)),
        ("signed.docx", archive() + b"signature"),
        ("film behind it.jpg", jpeg() + box(b"ftyp", b"mp42") + box(b"mdat", b"\xff\xd9\x01" * 40_000)),
        ("two pictures.jpg", jpeg() + jpeg(data=90_000)),
        ("trailing.jpg", jpeg() + b"SEFT of a phone"),
        ("filled.jpg", jpeg()[:-2] + b"\xff\xff\xff" + EOI),
        ("trailing.png", WHOLE["a.png"] + b"more"),
        ("padded.rtf", RTF + b"\r\n\0"),
        ("in two bytes.xml", '<?xml version="1.0" encoding="utf-16"?><a></a>'.encode("utf-16")),
        ("empty root.xml", b'<?xml version="1.0"?><a b="1"/>'),
        ("comment at its end.xml", XML + b"<!-- made by a program -->"),
        ("an export.xls", b"<html><table><tr><td>1</td></tr>"),
        ("notes.txt", b"BM is not a bitmap here"),
        ("open.wav", b"RIFF\xff\xff\xff\xffWAVE" + bytes(99)),
        ("trailing.heic", HEIC + bytes(64)),
        ("no extension", PDF),
    ],
)
def test_what_is_unusual_is_whole_all_the_same(name: str, data: bytes) -> None:
    assert not is_cut(name, data)


def linearized(size: int) -> bytes:
    """A PDF made for the web, whose first section, with an end of its own, stands before its pages."""
    first = f"%PDF-1.5\n1 0 obj<</Linearized 1/L {size}/H[1 2]/O 3/E 4/N 1/T 5>>endobj\nstartxref\n0\n%%EOF\n".encode()
    return first + PDF[9 : size - len(first) + 9]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("web.pdf", linearized(600)[:300]),
        ("web, before its pages.pdf", linearized(9000).partition(b"%%EOF\n")[0] + b"%%EOF\nxref of the rest"),
        ("update is cut.pdf", PDF + b"9 0 obj<</Type/Annot>>endobj\n10 0 obj<</Le"),
        ("no mark.pdf", PDF.removesuffix(b"%%EOF\n")),
        ("half a comment.zip", archive(comment=b"c" * 999)[:-500]),
        ("behind an inner one.zip", archive(3, method=zipfile.ZIP_STORED)[:1500]),
        ("directory is cut.zip", b"PK\x03\x04" + archive64()[2000:]),
        ("with a thumbnail.jpg", jpeg(data=200_000)[:150_000]),
        ("a large thumbnail.jpg", SOI + b"\xff\xe1\xff\xff" + jpeg() + b"x" * 9000),
        ("by whole sectors.msg", CFB[: len(CFB) // 2 // 512 * 512]),
        ("a sector short.msg", CFB[:-512]),
        ("bytes short.msg", CFB[:-7]),
        ("before its index.mp4", WHOLE["a.mp4"][: -(8 + 300)]),
        ("of another kind.doc", RTF[:-9]),
        ("no extension", PDF[:400]),
        ("between elements.xml", XML[: XML.index(b"</line>") + 7]),
    ],
)
def test_what_only_looks_whole_is_cut(name: str, data: bytes) -> None:
    assert is_cut(name, data)


def test_what_the_ends_do_not_tell_is_asked_for_and_told_by_the_file() -> None:
    picture = jpeg(data=90_000) + b"more" * 50_000
    with pytest.raises(NotAtHandError):
        doubt_of("a.jpg", ends(picture))
    assert not is_cut("a.jpg", picture)
    assert is_cut("a.jpg", jpeg(data=400_000)[:300_000])


@given(st.lists(st.binary(max_size=90_000), max_size=6), st.integers(0, 5))
@settings(max_examples=40)
def test_the_last_bytes_are_those_of_all_chunks_together(chunks: list[bytes], split: int) -> None:
    before = last_bytes(b"", chunks[:split])
    assert last_bytes(before, chunks[split:]) == b"".join(chunks)[-TAIL_BYTES:]


SIGNS = [b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a"]
SIGNS += [
    b"7z\xbc\xaf\x27\x1c",
    b"RIFF",
    b"BM\0\0\0\0\0\0\0\0",
    b"\0\0\0\x08ftyp",
    b"{\\rtf",
    b"<?xml",
    b"Rar!\x1a\x07",
]


@given(st.sampled_from(SIGNS), st.binary(max_size=3000), st.sampled_from(["a.pdf", "a.zip", "a.msg", "a.jpg", "a"]))
def test_no_bytes_are_an_exception(sign: bytes, data: bytes, name: str) -> None:
    doubt_of(name, InMemory(sign + data))


def hostile() -> dict[str, bytes]:
    """Files that ask for as much work as they can."""
    header = bytearray(CFB[:512])
    struct.pack_into("<109I", header, 76, *range(109))
    struct.pack_into("<I", header, 68, 0)  # a chain of tables that leads to itself
    turns = struct.pack("<128I", *([0] * 128))
    many = 1 << 22
    return {
        "a.msg": bytes(header) + turns * (many // 512),
        "a.zip": b"PK\x03\x04" + b"PK\x05\x06" * (many // 4),
        "a.jpg": SOI + b"\xff\xe0\x00\x02" * (many // 4),
        "b.jpg": SOI + b"\xff" * many,
        "a.mp4": box(b"ftyp", b"isom") + box(b"free") * (many // 8),
        "a.pdf": b"%PDF-1.4 /Linearized /L /Linearized /L " * 9000,
        "a.xml": b"<?xml " + b"<!--" * (many // 4),
        "b.xml": b"<?xml ?>" + b"<!---->" * (many // 8) + b"<a",
        "a.html": b"<!---->" * (many // 8),
        "a.txt": b"<!--" + b"--><!--" * 200 + b" " * 9000,
    }


@pytest.mark.parametrize("name", hostile())
def test_no_file_takes_long(name: str) -> None:
    data = hostile()[name]
    began_s = time.process_time()
    doubt_of(name, InMemory(data))
    assert time.process_time() - began_s < 3.0
