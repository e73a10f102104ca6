"""``make walk``: the pictures of ``docs/walk.md``, of the real program at work on the recorded site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import openpyxl

from fixtures.catalogue import LOAD_IDS, load
from fixtures.rendering.odd import file_path
from tools.pictures.terminal import Terminal, draw, terminal
from tools.pictures.window import display, open_browser, photograph, sign_in

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_RUN = "coupa-async run orders.xlsx -o out --workers 2"
# What was typed before each picture of the terminal, in the order of the walk.
COMMANDS = {
    "walk-doctor": "coupa-async doctor",
    "walk-login": "coupa-async login",
    "walk-running": _RUN,
    "walk-interrupted": _RUN,
    "walk-stopped": _RUN,
    "walk-resumed": _RUN,
    "walk-report": "coupa-async report out --open",
    "walk-retry": "coupa-async retry out",
}
# Slow enough to be watched, and to be stopped in the middle.
_SITE = ("--port", "8765", "--sign-in", "sso", "--latency-ms", "900", "--file-latency-ms", "600")
_ORDERS = 175
_LINES = 34


@dataclass(frozen=True, slots=True)
class Walker:
    """Who walks.

    Attributes:
        home: Their folder; ``~`` in the pictures.
        where: The recorded site: its address, a user and the password.
    """

    home: Path
    where: dict[str, str]

    @contextmanager
    def terminal(self, **environment: str) -> Iterator[Terminal]:
        """Open a terminal in ``~/orders``, with the command on PATH and nothing of ours set."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {"PATH": path, "HOME": str(self.home), "BROWSER": "true"}  # what `--open` starts
        with terminal(self.home / "orders", own | environment, lines=_LINES) as item:
            yield item

    def keep(self, name: str, item: Terminal) -> None:
        """Draw what is on the screen now."""
        draw(item.screen().replace(str(self.home), "~"), COMMANDS[name], IMAGES / f"{name}.svg")

    def do(self, name: str) -> None:
        """Have a command run to its end, and draw what it left on the screen."""
        with self.terminal() as item:
            item.run(COMMANDS[name])
            self.keep(name, item)

    def log_in(self) -> None:
        """Sign in at the window."""
        browser = open_browser(self.home / "browser")
        with display() as screen, self.terminal(DISPLAY=screen, COUPA_BROWSER_PATH=str(browser)) as item:
            item.type(COMMANDS["walk-login"])
            profile = self.home / ".local" / "share" / "coupa-async" / "profiles" / "base"
            sign_in(profile, self.where, IMAGES / "walk-window.png")
            item.until_prompt()
            self.keep("walk-login", item)

    def be_interrupted(self) -> None:
        """Start the run, and press Ctrl-C in the middle of it."""
        with self.terminal() as item:
            item.type(COMMANDS["walk-running"])
            item.until(" 90/")
            self.keep("walk-running", item)
            item.press("C-c")
            item.until("Stopping:")
            self.keep("walk-interrupted", item)
            item.until_prompt()
            self.keep("walk-stopped", item)

    def mend(self, *ids: int) -> None:
        """Have the tenant hand out attachments that it did not."""
        attached = load().attached()
        for path in (file_path(attached[item]) for item in ids):
            body = json.dumps({"path": path, "kind": "slow", "delay_ms": 0}).encode()
            urlopen(Request(f"{self.where['base_url']}/__admin__/fault", body), timeout=10).close()  # noqa: S310 - ours


def main() -> int:
    """Make the walk.

    Returns:
        The exit code.
    """
    with tempfile.TemporaryDirectory(prefix="walk") as folder, recorded_site(*_SITE) as where:
        walker = Walker(Path(folder), where)
        _furnish(walker)
        walker.do("walk-doctor")
        walker.log_in()
        walker.be_interrupted()
        walker.do("walk-resumed")
        walker.do("walk-report")
        photograph(walker.home / "orders" / "out" / "report.html", IMAGES / "walk-report-page.png")
        walker.mend(5131, 5140, 5141)
        walker.do("walk-retry")
    return 0


@contextmanager
def recorded_site(*options: str) -> Iterator[dict[str, str]]:
    """Run the recorded site while the block runs; it ends with its stdin."""
    command = [sys.executable, "-m", "fixtures", "serve", "--until-eof", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
        yield json.loads(process.stdout.readline())
        process.communicate(timeout=10)


def _furnish(walker: Walker) -> None:
    """Lay out the walker's folder: settings, and a workbook of the sample's orders and of more that go well."""
    folder = walker.home / "orders"
    folder.mkdir()
    lines = (f"COUPA_BASE_URL={walker.where['base_url']}", "COUPA_CHANNEL=chromium", "COUPA_MSG_PDF=true")
    (folder / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = folder / "orders.xlsx"
    subprocess.run([sys.executable, "-m", "fixtures", "workbook", str(path)], check=True)
    book = openpyxl.load_workbook(path)
    for key in LOAD_IDS[:_ORDERS]:
        book["PO_Data"].append((None, f"PO{key}"))
    book.save(path)


if __name__ == "__main__":
    sys.exit(main())
