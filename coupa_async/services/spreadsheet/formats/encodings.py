"""Which encoding a text file has, where no BOM says it."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

# What spreadsheet programs, SAP and Macs write. Of two that fit equally well, the first is taken.
_LIKELY = (
    "cp1252",
    "mac_roman",
    "cp1250",
    "cp1251",
    "cp850",
    "cp1253",
    "cp1254",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
)
_SAMPLE_BYTES = 1 << 18
_CHAOS = 0.05  # of charset-normalizer's measure of nonsense: what is nearer than this to the best fits, too
_BESIDE_LETTERS = "\u2019\u2018\u00b4`\u2013\u2014ºª°«»“”·"  # signs that stand there in good texts, too
_LAST_LATIN = "\u024f"


class MixedEncodingsError(ValueError):
    """A file has lines in UTF-8 and lines in something else."""

    def __init__(self, utf8_row: int, other_row: int) -> None:
        super().__init__(f"line {utf8_row} is in UTF-8 and line {other_row} is not")


def guess_encoding(data: bytes) -> str:
    """Tell the encoding of a text without a BOM.

    Returns:
        Its name as Python has it; empty if it is no text.

    Raises:
        MixedEncodingsError: If lines have different ones.
    """
    if wide := _wide(data[:_SAMPLE_BYTES]):
        return wide
    if b"\0" in data:
        return ""
    try:
        data.decode()
    except UnicodeDecodeError:
        _refuse_mixed(data)
        return _eight_bit(data)
    return "utf-8"


def _wide(sample: bytes) -> str:
    """Tell UTF-16 by its zeros: Western texts have one in every second byte."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) or min(even, odd) * 20 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _refuse_mixed(data: bytes) -> None:
    utf8 = other = 0
    for number, line in enumerate(data.splitlines(), start=1):
        if line.isascii():
            continue
        try:
            line.decode()
            utf8 = utf8 or number
        except UnicodeDecodeError:
            other = other or number
        if utf8 and other:
            raise MixedEncodingsError(utf8, other)


def _eight_bit(data: bytes) -> str:
    # The lines that tell something, so that a long file is judged by all of its letters.
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_SAMPLE_BYTES]
    results = list(from_bytes(telling, cp_isolation=list(_LIKELY)))
    best = min((item.chaos for item in results), default=1.0)
    names = {
        codecs.lookup(name).name
        for item in results
        if item.chaos <= best + _CHAOS
        for name in item.could_be_from_charset
    }
    fits = [name for name in _LIKELY if codecs.lookup(name).name in names or name == _LIKELY[0]]
    scores = {name: score for name in fits if (score := _oddness(telling, name)) is not None}
    return min(scores, key=scores.__getitem__, default="")


def _oddness(data: bytes, encoding: str) -> int | None:
    """Count what letters turn into when they are read wrongly; ``None`` if they cannot be read so at all."""
    try:
        text = f"  {data.decode(encoding)} "
    except UnicodeDecodeError:
        return None
    return sum(_is_odd(*text[at - 2 : at + 2]) for at in range(2, len(text) - 1) if text[at] > "\x7f")


def _is_odd(first: str, second: str, char: str, after: str) -> bool:
    """Tell a capital inside of a word, a sign at a letter, and Latin letters that all have accents."""
    if not char.isalpha():
        return char not in _BESIDE_LETTERS and (second.isalpha() or after.isalpha() or not char.isprintable())
    if char.isupper() and second.isalpha() and after.islower():
        return True
    return char <= _LAST_LATIN and all("\x7f" < other <= _LAST_LATIN and other.isalpha() for other in (first, second))
