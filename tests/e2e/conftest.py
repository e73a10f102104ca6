"""Whole runs: the real program, a real browser, the recorded site, each in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import openpyxl
import psutil
import pytest

from coupa_async.domain.outcome import OrderResult
from coupa_async.runtime.processes import is_alive
from coupa_async.services.records.journal import FILE_NAME, Journal
from fixtures.catalogue import Catalogue, load
from fixtures.workbook import write_load


@dataclass
class Site:
    """The recorded site in a process of its own."""

    where: dict[str, str]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.where['base_url']}/__admin__/{path}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)

    @property
    def requests(self) -> int:
        return int(self.ask("log/count")["total"])

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "COUPA_BASE_URL": self.where["base_url"],
            "COUPA_USERNAME": self.where["username"],
            "COUPA_PASSWORD": self.where["password"],
            "COUPA_SIGN_IN_ORIGINS": self.where["sso_url"],
        }
        return os.environ | own


BACKENDS = pytest.mark.parametrize("backend", ["playwright", "selenium"])


@contextmanager
def served(*words: str) -> Iterator[Site]:
    """The recorded site while the block runs."""
    command = [sys.executable, "-m", "fixtures", *words, "serve", "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Site(json.loads(process.stdout.readline()))
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with served() as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Site:
    _site.ask("reset", {})
    _site.ask("expire", {"sso": True})
    _site.ask("sign-in", {"mode": "form", "trouble": "", "length_s": 7200})
    return _site


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.xlsx"
    subprocess.run([sys.executable, "-m", "fixtures", "workbook", str(path)], check=True)
    return path


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def coupa(site: Site, tmp_path: Path) -> Run:
    """Run the program as a user would; relative paths are below the test's own folder."""

    def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "coupa_async", *map(str, words)]
        env = site.environment | environment
        return subprocess.run(command, capture_output=True, text=True, env=env, cwd=tmp_path, timeout=100, check=False)

    return run


@dataclass
class Running:
    """The program while it runs."""

    process: subprocess.Popen[str]
    out: Path

    @property
    def log(self) -> list[dict[str, Any]]:
        """What it has logged so far, but for a line that it is writing."""
        path = self.out / "run.log"
        lines = path.read_text().rpartition("\n")[0].splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def told(self, *names: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["message"] in names]

    def until(self, name: str, count: int = 1) -> None:
        """Wait until something was told so often."""
        while len(self.told(name)) < count:
            assert self.process.poll() is None, f"ended before {count} {name}"
            time.sleep(0.05)

    def browsers(self) -> list[psutil.Process]:
        """The main process of each of its browsers."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        lines = {item: " ".join(item.cmdline()) for item in below if is_alive(item)}
        return [entry for entry, line in lines.items() if "--user-data-dir=" in line and "--type=" not in line]

    def end(self) -> int:
        """Wait for its end, and for its exit code."""
        return self.process.wait(timeout=100)


@pytest.fixture
def start(site: Site, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start the program as a user would, to look at it and do harm while it runs."""
    with ExitStack() as stack:

        def begin(*words: str | Path, **environment: str) -> Running:
            command = [sys.executable, "-m", "coupa_async", "run", *map(str, words), "-o", "out"]
            env = site.environment | environment
            said = stack.enter_context((tmp_path / "said").open("w"))
            run = subprocess.Popen(command, stdout=said, stderr=said, text=True, env=env, cwd=tmp_path)
            stack.callback(run.wait)
            stack.callback(run.kill)
            return Running(run, tmp_path / "out")

        yield begin


@pytest.fixture
def load_sheet(tmp_path: Path) -> Callable[[int], Path]:
    """Write a workbook of orders that nothing goes wrong with."""

    def write(orders: int) -> Path:
        write_load(tmp_path / "load.xlsx", orders)
        return tmp_path / "load.xlsx"

    return write


def results(out: Path) -> dict[str, OrderResult]:
    """What the journal has of each order, by its key."""
    with Journal(out / FILE_NAME) as journal:
        return {result.number.key: result for result, _ in journal.results()}


def tree(root: Path) -> dict[str, str]:
    """Every folder and file of the orders below an output folder, with its hash."""
    own = {"journal.sqlite3", "run.log", "snapshots", "sample.xlsx", ".coupa-async.lock", "report.html", "manifest.csv"}
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(root.rglob("*"))
        if path.relative_to(root).parts[0].removesuffix("-wal").removesuffix("-shm") not in own
    }


def cells(path: Path, *, without: tuple[str, ...] = (), sheet: str = "PO_Data") -> list[dict[str, object]]:
    """The rows of a workbook's sheet, mostly that of the orders, by header."""
    header, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [{str(name): value for name, value in zip(header, row, strict=True) if name not in without} for row in rows]
