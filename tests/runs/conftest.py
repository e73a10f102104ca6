"""Whole runs: the real program, a real browser, the recorded site, each in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import openpyxl
import pytest

from fixtures.catalogue import Catalogue, load


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
        }
        return os.environ | own


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    command = [sys.executable, "-m", "fixtures", "serve", "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Site(json.loads(process.stdout.readline()))
        process.communicate(timeout=10)


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


def tree(root: Path) -> dict[str, str]:
    """Every folder and file of the orders below an output folder, with its hash."""
    own = {"journal.sqlite3", "run.log", "snapshots", "sample.xlsx", ".coupa-async.lock", "report.html"}
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(root.rglob("*"))
        if path.relative_to(root).parts[0].removesuffix("-wal").removesuffix("-shm") not in own
    }


def cells(path: Path, *, without: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """The rows of a workbook's order sheet by header."""
    sheet = openpyxl.load_workbook(path)["PO_Data"]
    header, *rows = sheet.iter_rows(values_only=True)
    return [{str(name): value for name, value in zip(header, row, strict=True) if name not in without} for row in rows]
