"""Inputs out of seeds: cut, joined, repeated, with words in them that parsers stumble over."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

MOST_BYTES = 100_000
WORDS = (
    *(b"\0", b"\xff", b"\xfe\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\n", b"\t", b" ", b'"', b"'", b"%"),
    *(b"<", b">", b"</", b"<!--", b"-->", b"<div>", b"<b></i>", b"<script>", b"<style>", b"<svg>", b"&#0;"),
    *(b"http://[x", b"https://h:99999999999/", b"//", b"javascript:", b"data:image/png;base64,", b"?sig=", b"#"),
    *(b"cid:a", b"\\f0", b"\\'e9", b"\\u", b"{", b"}", b"\\*", b"\\htmltag", b"\\uc", b"\\ansicpg", b"\\fcharset"),
    *(b"PO1", b"PO", b";", b",", b"sep=;", b"filename*=", b"filename=", b"idna''%C3", b"utf-8''%", b"charset="),
    *(b"Max-Age=", b"Expires=", b"Domain=", b"Thu, 99 Foo 99999 99:99:99", b"9" * 400, b"9" * 5000, b"-1", b"1e999"),
    *(b"<c r=", b"<f>", b"<v>", b'<mergeCell ref="A1:ZZZ9999999"/>', b"A1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    *(b"(5000)", b"num_secs=", b'"timeout_duration":', b"attachment_file/type/1/a.pdf", b"\xcc\x81", b"\xe2\x80\xae"),
    *(b"@", b":", b"\\", b"&#xd800;", b"%PDF-", b"%%EOF", b"Retry-After: ", b"=?utf-8?b?=?=", b"%00", b"; Path=/"),
)


def mutated(jitter: Random, seeds: Sequence[bytes]) -> bytes:
    """Make one input."""
    most = jitter.choice((1_000, 4_000, 16_000, MOST_BYTES))
    data = bytearray(jitter.choice(seeds) if jitter.random() < 0.9 else b"")
    for _ in range(jitter.randint(1, 8)):
        at = jitter.randint(0, len(data))
        to = min(len(data), at + jitter.choice((1, 4, 16, 64, 1024)))
        match jitter.randrange(7):
            case 0:
                data[at:at] = jitter.choice(WORDS)
            case 1:
                data[at:to] = b""
            case 2:
                data[at:to] = jitter.randbytes(to - at)
            case 3:
                data[at:at] = bytes(data[at:to]) * jitter.choice((2, 10, 1000))
            case 4:
                data[at:at] = jitter.choice(WORDS) * jitter.choice((2, 100, 20_000))
            case 5:
                other = jitter.choice(seeds)
                begin = jitter.randint(0, len(other))
                data[at:to] = other[begin : begin + jitter.choice((16, 256, 4096))]
            case _:
                for spot in range(at, to):
                    data[spot] ^= 1 << jitter.randrange(8)
        del data[most:]
    return bytes(data)


def smaller(data: bytes) -> list[bytes]:
    """Tell what is a little less than an input: parts of it left out, the largest first."""
    found = []
    step = len(data) // 2
    while step:
        found += [data[:at] + data[at + step :] for at in range(0, len(data), step)][:64]
        step //= 2
    return found
