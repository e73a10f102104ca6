"""Decodes compressed bodies (RFC 9110 §8.4.1) in pieces, so that a small body that is huge inside takes no memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

PIECE_BYTES = 1 << 18
_MOST_CODINGS = 3  # honest servers use one
_ZLIB_HEAD_BYTES = 2
_GZIP, _ANY_ZLIB = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS


class NotCompressedError(ValueError):
    """A body is not in the coding that its header names, or ends before it is whole."""


class Decoder:
    """Undoes what a Content-Encoding header names. Codings that were not asked for are left as they are."""

    def __init__(self, content_encoding: str) -> None:
        """Make one for a body.

        Raises:
            NotCompressedError: If it is compressed more often than anything honest.
        """
        names = [name.strip().lower() for name in content_encoding.split(",")]
        known = [name for name in names if name in ("gzip", "x-gzip", "deflate")]
        if len(known) > _MOST_CODINGS:
            raise NotCompressedError(f"it is compressed {len(known)} times")
        self._layers = [_Layer(is_gzip=name != "deflate") for name in reversed(known)]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode what came, in pieces of a bounded size.

        Raises:
            NotCompressedError: If it is something else.
        """
        return _through(self._layers, data)

    def end(self) -> None:
        """See that nothing is missing.

        Raises:
            NotCompressedError: If something is.
        """
        if any(layer.is_cut for layer in self._layers):
            raise NotCompressedError("its compressed data ends too early")


class _Layer:
    """One coding."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._may_be_raw = not is_gzip  # some servers send deflate without the header of zlib
        self._inflate = zlib.decompressobj(_GZIP if is_gzip else _ANY_ZLIB)
        self._has_begun = False
        self._held = b""

    @property
    def is_cut(self) -> bool:
        return self._has_begun and not self._inflate.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        data = self._held + data
        if self._may_be_raw and len(data) < _ZLIB_HEAD_BYTES:
            self._held = data
            return
        self._held, is_full = b"", False
        while (data or is_full) and not self._inflate.eof:  # as in browsers, what follows the end is left out
            piece = self._piece(data)
            self._has_begun, self._may_be_raw = True, False
            data, is_full = self._inflate.unconsumed_tail, len(piece) == PIECE_BYTES
            if piece:
                yield piece

    def _piece(self, data: bytes) -> bytes:
        try:
            return self._inflate.decompress(data, PIECE_BYTES)
        except zlib.error as error:
            if not self._may_be_raw:
                raise NotCompressedError(f"its compressed data is broken ({error})") from error
        self._may_be_raw = False
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._piece(data)


def _through(layers: Sequence[_Layer], data: bytes) -> Iterator[bytes]:
    if not layers:
        yield data
        return
    for piece in layers[0].pieces(data):
        yield from _through(layers[1:], piece)
