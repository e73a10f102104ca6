"""Fits text into the terminal's width: addresses are shortened before causes, and nothing breaks inside a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console

_ADDRESS = re.compile(r"https?://[^\s/?#]+[/?#][^\s,;)'\"]*[^\s,;:.)'\"]")
_ENDS = re.compile(r"(?<=[/\\])(?<![:/]/)(?![/\\])")  # where a path or an address may go on in the next line
_CUT = " … "


def shortened(text: str, width: int) -> str:
    """Shorten a text to a width: its addresses first, then its middle, for the cause mostly stands at the end.

    Args:
        text: In one line.
        width: In cells.
    """
    text = " ".join(text.split())
    forms = {address: address for address in sorted(_ADDRESS.findall(text), key=len, reverse=True)}
    for short in (_short, _shorter, lambda _: "…"):
        for address, form in forms.items():
            if cell_len(text) > width:
                forms[address] = short(address)
                text = text.replace(form, forms[address])
    if cell_len(text) <= width:
        return text
    words, room = text.split(" "), width - cell_len(_CUT)
    ends = _fitting(words[::-1], room * 2 // 5)
    starts = _fitting(words, room - _length(words[len(words) - ends :]))
    ends = _fitting(words[::-1], room - _length(words[:starts]))
    if not ends:  # a word longer than the line
        return set_cell_size(text, max(width - 1, 0)).rstrip() + "…"
    return f"{' '.join(words[:starts])}{_CUT}{' '.join(words[len(words) - ends :])}".lstrip()


def _fitting(words: Sequence[str], room: int) -> int:
    """Return how many of the words, from the first, have room in a line."""
    return next((count for count in range(len(words), 0, -1) if _length(words[:count]) <= room), 0)


def _length(words: Sequence[str]) -> int:
    return cell_len(" ".join(words))


def wrapped(text: str, width: int, *, indent: int = 0) -> str:
    """Break a text into lines at its spaces. A longer path or address is broken behind a slash, and nowhere else.

    Args:
        text: With or without lines of its own.
        width: Of a line, in cells.
        indent: Spaces before each line but the first.
    """
    return "\n".join(part for line in text.split("\n") for part in _lines(line, width, " " * indent))


def print_text(console: Console, text: str, *, style: str = "", indent: int = 0) -> None:
    """Print a text for a person: on a terminal in lines of its width; elsewhere as it is, for whoever searches it."""
    shown = wrapped(text, console.width, indent=indent) if console.is_terminal else text
    console.print(shown, style=style or None, highlight=False, markup=False, soft_wrap=True)


def _short(address: str) -> str:
    """Keep an address's host and its last part."""
    scheme, _, rest = address.partition("://")
    host, _, path = re.split(r"[?#]", rest)[0].rstrip("/").partition("/")
    folders, _, last = path.rpartition("/")
    short = f"{scheme}://{host}/" + ("…/" if folders else "") + last
    return short if len(short) < len(address) else address


def _shorter(address: str) -> str:
    """Keep an address's last part."""
    return f"…/{address.rstrip('/').rpartition('/')[2]}"


def _lines(text: str, width: int, indent: str) -> Iterator[str]:
    line = ""
    for word in re.split(r"(?<=\S) (?=\S)", text):
        spaced = f"{line} {word}" if line.strip() else f"{line}{word}"
        if cell_len(spaced) <= width:
            line = spaced
            continue
        if line.strip():
            yield line
            line = indent
        for piece in _ENDS.split(word):
            if line.strip() and cell_len(line + piece) > width:
                yield line
                line = indent
            line += piece
    yield line
