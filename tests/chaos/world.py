"""A world of its own for whole runs: a home, a temporary folder, an output folder, and what must be true there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import openpyxl
import psutil

from fixtures.catalogue import LOAD_IDS, Catalogue, load, load_bytes, load_order
from fixtures.workbook import write_sample
from tests.chaos import plugin

ROOT = Path(__file__).parents[2]
SHEET = "orders.xlsx"
API = "api"
_FILE_BYTES = 20_000


@dataclass(slots=True)
class World:
    """Where runs happen.

    Attributes:
        root: All that they leave is below it.
        where: The site's addresses and the user's name and password.
        backend: ``playwright``, ``selenium``, the double, or ``api``: the lane of that name, which starts none.
        truth: What must come of every order, as ``python -m fixtures truth`` tells it.
        settings: More of the environment of a run.
        disk: A folder on the disk that the output folder is to be on; ``None`` for that of everything else.
    """

    root: Path
    where: dict[str, str]
    backend: str
    truth: list[dict[str, Any]]
    settings: dict[str, str] = field(default_factory=dict)
    disk: Path | None = None

    @property
    def out(self) -> Path:
        """The output folder."""
        return self.root / "out" if self.disk is None else self.disk / self.root.name

    @property
    def temporary(self) -> Path:
        """Where temporary files go."""
        return self.root / "t"

    @property
    def home(self) -> Path:
        """What belongs to the user, and to no run."""
        return self.root / "home"

    @property
    def command(self) -> list[str]:
        """The program, as a script would start it."""
        words = [sys.executable, "-m", "coupa_async", "run", str(self.root / SHEET), "-o", str(self.out)]
        return [*words, "--no-input"]

    @property
    def environment(self) -> dict[str, str]:
        """What it finds around it."""
        own = {
            "COUPA_BASE_URL": self.where["base_url"],
            "COUPA_USERNAME": self.where["username"],
            "COUPA_PASSWORD": self.where["password"],
            "COUPA_SIGN_IN_ORIGINS": self.where["sso_url"],
            "COUPA_SETTLE_S": "3",
            "BACKEND": self.backend,
            "MAX_PARALLEL_WORKERS": "3",
            "COUPA_LANE": "browser",
            "XDG_DATA_HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": os.pathsep.join((str(self.root / "plugin"), str(ROOT))),
        }
        return os.environ | own | (self._client if self.backend == API else {}) | self.settings

    @property
    def _client(self) -> dict[str, str]:
        """The API's client, and nobody who could sign in."""
        who = {"COUPA_CLIENT_ID": self.where["client_id"], "COUPA_CLIENT_SECRET": self.where["client_secret"]}
        nobody = {"COUPA_USERNAME": "", "COUPA_PASSWORD": ""}
        return who | nobody | {"BACKEND": plugin.BACKEND, "COUPA_LANE": "api", "COUPA_TOKEN_REST_S": "0"}

    def start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start the program in a session of its own; what it says goes to ``said.txt``."""
        with (self.root / "said.txt").open("ab") as said:
            return subprocess.Popen(
                [*self.command, *words],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=self.environment | environment,
                cwd=self.root,
                start_new_session=True,
            )

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Turn to the site's admin."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.where['base_url']}/__admin__/{path}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def settled(self) -> frozenset[str]:
        """Tell the orders that the journal has an outcome of, whatever state a kill has left it in."""
        rows = _rows(self.out / "journal.sqlite3", "SELECT key FROM orders")
        return frozenset(key for (key,) in rows)

    def processes(self) -> list[psutil.Process]:
        """Find what runs on behalf of this world: it is named in the environment or on the command line."""
        found = []
        for item in psutil.process_iter():
            try:
                words = [*item.cmdline(), *item.environ().values()]
            except psutil.Error:
                continue
            if any(str(self.root) in word for word in words) and item.status() != psutil.STATUS_ZOMBIE:
                found.append(item)
        return found


@contextmanager
def site(*words: str) -> Iterator[dict[str, str]]:
    """Serve the recorded site in a process of its own."""
    command = [sys.executable, "-m", "fixtures", "serve", "--until-eof", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.communicate(timeout=10)


@contextmanager
def world(
    where: dict[str, str], backend: str, disk: Path | None = None, /, *, load_orders: int, **settings: str
) -> Iterator[World]:
    """Make a world on a site, and unmake it."""
    # Below /tmp itself: browsers put sockets there, whose paths may have 107 bytes.
    root = Path(tempfile.mkdtemp(prefix="cz", dir="/tmp"))
    made = World(root, where, backend, list(truth(load_orders)), settings, disk)
    try:
        for folder in (made.temporary, made.home):
            folder.mkdir()
        (root / "said.txt").touch()
        plugin.install(root / "plugin")
        write_orders(root / SHEET, load(), load_orders)
        made.ask("reset", {})
        made.ask("expire", {"sso": True})
        yield made
    finally:
        for process in made.processes():
            process.kill()
        shutil.rmtree(made.out, ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


def write_orders(path: Path, catalogue: Catalogue, load_orders: int) -> None:
    """Write the sample with load orders below it."""
    write_sample(catalogue, path)
    book = openpyxl.load_workbook(path)
    for key in LOAD_IDS[:load_orders]:
        book["PO_Data"].append((f"L-{key}", f"PO{key}", 1, None, None, None))
    book.save(path)


def truth(load_orders: int) -> Iterator[dict[str, Any]]:
    """Tell what must come of the orders of ``write_orders``."""
    yield from load().truth()
    for key in LOAD_IDS[:load_orders]:
        order = load_order(key)
        files = [
            {
                "id": str(attachment.id),
                "name": attachment.saved_as,
                "sha256": hashlib.sha256(load_bytes(attachment.id, _FILE_BYTES)).hexdigest(),
            }
            for attachment in order.attachments
        ]
        told = {"number": order.number, "outcome": "COMPLETED", "supplier": order.supplier, "region": "", "buyer": ""}
        yield told | {"found": len(files), "downloaded": len(files), "requisition": False, "files": files}


def kill(program: subprocess.Popen[bytes]) -> bool:
    """Kill the program, and nothing below it.

    Returns:
        Whether it still ran.
    """
    if program.poll() is None:
        program.send_signal(signal.SIGKILL)
    return program.wait() == -signal.SIGKILL


def _rows(journal: Path, query: str) -> list[tuple[Any, ...]]:
    """Read a copy: whoever opens a journal mends it, and that is the program's business."""
    if not journal.exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        for item in (journal, journal.with_name(f"{journal.name}-wal")):
            if item.exists():
                shutil.copy(item, folder)
        with closing(sqlite3.connect(Path(folder) / journal.name)) as db:
            try:
                return db.execute(query).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" not in str(error):
                    raise
                return []  # killed before it had any


def rows(made: World, query: str) -> Sequence[tuple[Any, ...]]:
    """Ask a world's journal."""
    return _rows(made.out / "journal.sqlite3", query)
