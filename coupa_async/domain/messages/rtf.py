r"""The RTF body of an Outlook message into HTML or text.

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
    fonts = _Fonts()
    out: list[str] = []
    stack: list[_State] = []
    state, starred, pending, skip, page = _State(), False, bytearray(), 0, "cp1252"
    for match in _TOKEN.finditer(rtf):
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if kind == "hex":
            if skip:
                skip -= 1
            elif not (state.apart or state.for_rtf):
                pending.append(int(value, 16))
            continue
        if pending:
            out.append(pending.decode(page if state.in_tag else state.codec, "replace"))
            pending.clear()
        text = ""
        if kind == "brace":
            skip = 0
            fonts.end()
            if value == b"{":
                stack.append(state)
            else:
                state = stack.pop() if stack else state
        elif kind == "sign":
            starred = value == b"*"
            text = _SIGNS.get(value.decode("latin-1"), "")
        elif kind == "text":
            if b";" in value:
                fonts.end()
            text, skip = value[skip:].decode("cp1252", "replace"), max(0, skip - len(value))
        elif match["word"]:
            word, number = match["word"].decode(), int(match["number"]) if match["number"] else None
            fonts.note(word, number)
            if word == "ansicpg" and number:
                page = "utf-8" if number == 65001 else f"cp{number}" if f"cp{number}" in _CHARSETS.values() else page
                state = replace(state, codec=page)
            elif word == "u" and number is not None:
                text, skip = chr(number % 0x10000), state.stand_ins
            else:
                state = _after(state, word, number, starred=starred, fonts=fonts.codecs)
                text = "" if is_html and not state.in_tag and word in ("cell", "row") else _CHARACTERS.get(word, "")
            starred = False
        if text and not (state.apart or state.for_rtf):
            out.append(text)
    return "".join(out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), is_html


def _after(state: _State, word: str, number: int | None, *, starred: bool, fonts: dict[int, str]) -> _State:
    """Tell the state after a control word."""
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
