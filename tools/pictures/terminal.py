"""A terminal that nobody sits at: a shell in a tmux server of its own, typed into, and drawn as SVG."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

_COLUMNS = 100
_WITHIN_S = 120.0
# A dark window with a border reads well on a light page and on a dark one. Unlike rich's own format it names no font
# that a browser would fetch: every run of letters has its length written down, so that any fixed-width font fits.
_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, monospace }}
.{unique_id}-title {{ font: 18px system-ui, sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A shell in a terminal of 100 columns.

    Attributes:
        socket: Of its tmux server.
    """

    socket: Path

    def run(self, command: str) -> None:
        """Type a command and wait until the shell asks for the next one."""
        self.type(command)
        self.until_prompt()

    def type(self, text: str) -> None:
        """Type a line."""
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def press(self, key: str) -> None:
        """Press a key by tmux's name for it: ``Enter``, ``C-c``."""
        self._tmux("send-keys", key)

    def until_prompt(self) -> None:
        """Wait until the shell has asked for a command once more."""
        self._tmux("wait-for", "prompt")

    def until(self, text: str) -> None:
        """Wait until something is on the screen.

        Raises:
            TimeoutError: If it is not there in two minutes.
        """
        end_s = time.monotonic() + _WITHIN_S
        while text not in (screen := self._tmux("capture-pane", "-p")):
            if time.monotonic() > end_s:
                raise TimeoutError(f"{text!r} did not come up on the screen:\n{screen}")
            time.sleep(0.1)

    def screen(self) -> str:
        """Tell what is on the screen now, with its colours."""
        return self._tmux("capture-pane", "-p", "-e").rstrip()

    def _tmux(self, *words: str) -> str:
        command = ["tmux", "-S", str(self.socket), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_WITHIN_S).stdout


@contextmanager
def terminal(folder: Path, environment: Mapping[str, str], *, lines: int) -> Iterator[Terminal]:
    """Open a terminal in a folder, and end all that runs in it afterwards."""
    place = tempfile.mkdtemp()  # a server's own: the one before may still be going
    socket = Path(place) / "tmux"
    own = {"PS1": r"\[\e[2m\]\w\[\e[0m\] $ ", "PROMPT_COMMAND": "tmux wait-for -S prompt", "LANG": "C.UTF-8"}
    size = ["-x", str(_COLUMNS), "-y", str(lines)]
    command = ["tmux", "-S", str(socket), "-f", "/dev/null", "new-session", "-d", *size, "-c", str(folder)]
    subprocess.run([*command, "bash", "--noprofile", "--norc"], check=True, env={**environment, **own})
    try:
        item = Terminal(socket)
        item.until_prompt()
        yield item
    finally:
        subprocess.run(["tmux", "-S", str(socket), "kill-server"], check=True)
        shutil.rmtree(place, ignore_errors=True)  # the server removes its socket itself, sooner or later


def draw(screen: str, title: str, into: Path) -> None:
    """Draw what was on a screen."""
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), legacy_windows=False)
    console.print(Text.from_ansi(screen), soft_wrap=True)
    svg = console.export_svg(title=title, theme=DIMMED_MONOKAI, code_format=_SVG, unique_id=into.stem)
    into.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")
