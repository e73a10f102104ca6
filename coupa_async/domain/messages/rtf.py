r"""Turns the RTF body of an Outlook message into HTML or text.

Outlook keeps an HTML body inside RTF (MS-OXRTFEX): tags in ``{\*\htmltag …}`` groups, and between ``\htmlrtf`` and
``\htmlrtf0`` what only a reader of RTF should see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]+)(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
_CHARSETS = (
    {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258"}
    | {177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}
)  # fmt: skip
_APART = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer"}  # not part of the text
_CHARACTERS = (
    {"par": "\n", "line": "\n", "row": "\n", "tab": "\t", "cell": "\t", "lquote": "\u2018", "rquote": "\u2019"}
    | {"ldblquote": "\u201c", "rdblquote": "\u201d", "bullet": "\u2022", "endash": "\u2013", "emdash": "\u2014"}
)  # fmt: skip
_SIGNS = {"{": "{", "}": "}", "\\": "\\", "~": "\u00a0", "_": "\u2011", "\n": "\n", "\r": "\n"}


@dataclass(frozen=True, slots=True)
class _State:
    r"""What a group inherits.

    Attributes:
        apart: Whether its text is not part of the body.
        for_rtf: Whether its text is for readers of RTF alone.
        in_tag: Whether its text is an HTML tag.
        codec: Of its ``\'xx`` bytes.
        stand_ins: Characters after ``\u`` for readers that do not know it.
    """

    apart: bool = False
    for_rtf: bool = False
    in_tag: bool = False
    codec: str = "cp1252"
    stand_ins: int = 1


class _Fonts:
    """The table of fonts: each names its character set, after its number and before what comes next.

    Attributes:
        codecs: By the font's number.
    """

    def __init__(self) -> None:
        self.codecs: dict[int, str] = {}
        self._named: int | None = None

    def note(self, word: str, number: int | None) -> None:
        """Take note of a control word."""
        if word == "f" and number is not None:
            self._named = number if self._named is None else self._named
        elif word == "fcharset" and number is not None and self._named is not None:
            self.codecs[self._named] = _CHARSETS.get(number, "cp1252")
            self.end()

    def end(self) -> None:
        """Take note of the end of an entry."""
        self._named = None


def read_rtf(rtf: bytes) -> tuple[str, bool]:
    """Read an RTF body, in one pass.

    Returns:
        The body, and whether it is HTML.
    """
    is_html = b"\\fromhtml" in rtf[:1024]
    reader = _Reader(is_html=is_html)
    for match in _TOKEN.finditer(rtf):
        reader.take(match)
    return reader.text().encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), is_html


class _Reader:
    """Reads token after token: one method a kind."""

    def __init__(self, *, is_html: bool) -> None:
        self._is_html = is_html
        self._fonts = _Fonts()
        self._parts: list[str] = []
        self._stack: list[_State] = []
        self._state = _State()
        self._starred = False
        self._bytes = bytearray()  # of a character set that is told at their end
        self._skip = 0
        self._page = "cp1252"

    def take(self, match: re.Match[bytes]) -> None:
        """Read one token."""
        kind = match.lastgroup
        if kind == "hex":
            self._hex(match["hex"])
            return
        self._flush()
        match kind:
            case "brace":
                self._brace(match["brace"])
            case "sign":
                self._starred = match["sign"] == b"*"
                self._write(_SIGNS.get(match["sign"].decode("latin-1"), ""))
            case "text":
                self._text(match["text"])
            case "word" | "number":
                self._word(match["word"].decode(), int(match["number"]) if match["number"] else None)

    def text(self) -> str:
        """Tell what was read so far, but for bytes whose end has not come."""
        return "".join(self._parts)

    def _write(self, text: str) -> None:
        if text and not (self._state.apart or self._state.for_rtf):
            self._parts.append(text)

    def _hex(self, value: bytes) -> None:
        if self._skip:
            self._skip -= 1
        elif not (self._state.apart or self._state.for_rtf):
            self._bytes.append(int(value, 16))

    def _flush(self) -> None:
        if self._bytes:
            codec = self._page if self._state.in_tag else self._state.codec
            self._parts.append(self._bytes.decode(codec, "replace"))
            self._bytes.clear()

    def _brace(self, value: bytes) -> None:
        self._skip = 0
        self._fonts.end()
        if value == b"{":
            self._stack.append(self._state)
        elif self._stack:
            self._state = self._stack.pop()

    def _text(self, value: bytes) -> None:
        if b";" in value:
            self._fonts.end()
        self._write(value[self._skip :].decode("cp1252", "replace"))
        self._skip = max(0, self._skip - len(value))

    def _word(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        self._fonts.note(word, number)
        if word == "ansicpg" and number:
            self._set_page(number)
        elif word == "u" and number is not None:
            self._write(chr(number % 0x10000))
            self._skip = self._state.stand_ins
        else:
            self._state = _after(self._state, word, number, starred=starred, fonts=self._fonts.codecs)
            is_markup = self._is_html and not self._state.in_tag and word in ("cell", "row")
            self._write("" if is_markup else _CHARACTERS.get(word, ""))

    def _set_page(self, number: int) -> None:
        if number == 65001:
            self._page = "utf-8"
        elif f"cp{number}" in _CHARSETS.values():
            self._page = f"cp{number}"
        self._state = replace(self._state, codec=self._page)


def _after(state: _State, word: str, number: int | None, *, starred: bool, fonts: dict[int, str]) -> _State:
    """Return the state after a control word."""
    if starred and word == "htmltag":
        return replace(state, in_tag=True)
    if starred or word in _APART:
        return replace(state, apart=True)
    if word == "htmlrtf":
        return replace(state, for_rtf=number != 0)
    if word == "f" and number in fonts:
        return replace(state, codec=fonts[number])
    if word == "uc" and number is not None:
        return replace(state, stand_ins=max(0, number))
    return state
