from __future__ import annotations

import gzip
import random
import zlib

import pytest

from coupa_async.domain.http.content_coding import PIECE_BYTES, Decoder, NotCompressedError

TEXT = b"<p>a page</p>" * 1000
CODED = {
    "": TEXT,
    "identity": TEXT,
    "br": TEXT,
    "gzip": gzip.compress(TEXT, mtime=0),
    "X-GZIP": gzip.compress(TEXT, mtime=0),
    "deflate": zlib.compress(TEXT),
    "deflate, gzip": gzip.compress(zlib.compress(TEXT), mtime=0),
}


def decoded(coding: str, data: bytes, step: int = 1 << 20) -> bytes:
    decoder = Decoder(coding)
    pieces = [piece for at in range(0, len(data), step) for piece in decoder.feed(data[at : at + step])]
    decoder.end()
    assert all(len(piece) <= max(step, PIECE_BYTES) for piece in pieces)
    return b"".join(pieces)


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_a_body_is_decoded_however_it_is_cut(coding: str, step: int) -> None:
    assert decoded(coding, CODED[coding], step) == TEXT


def raw(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("step", [1, 1 << 20])
def test_deflate_without_a_header_is_read_as_browsers_do(step: int) -> None:
    assert decoded("deflate", raw(TEXT), step) == TEXT


def test_what_a_piece_had_no_room_for_is_not_lost_where_nothing_more_comes() -> None:
    for more in range(0, 600, 7):
        data = bytes(PIECE_BYTES + more)
        assert decoded("deflate", raw(data)) == data


def test_what_is_huge_inside_comes_in_small_pieces_and_whole() -> None:
    data = random.Random(1).randbytes(PIECE_BYTES) * 3 + bytes(20 * PIECE_BYTES)
    assert decoded("gzip", gzip.compress(data, mtime=0)) == data


def test_what_follows_the_end_is_left_out() -> None:
    assert decoded("gzip", gzip.compress(TEXT, mtime=0) + b"more") == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("data", [b"no such thing", CODED["gzip"][:-20] + bytes(20), CODED["gzip"][:-9]])
def test_what_is_not_as_its_header_says_is_an_error(coding: str, data: bytes) -> None:
    with pytest.raises(NotCompressedError):
        decoded(coding, data)


def test_an_empty_body_is_empty_whatever_its_header_says() -> None:
    assert decoded("gzip", b"") == b""


def test_codings_without_end_are_refused() -> None:
    with pytest.raises(NotCompressedError, match="51 times"):
        Decoder("gzip," * 50 + "gzip")
