"""The commands of the pages, run where a reader would run them, beside the recorded site."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from coupa_async.services.records.journal import FILE_NAME
from fixtures.api.oauth import CLIENT_ID, CLIENT_SECRET
from tests.docs.test_commands import OURS
from tests.e2e.conftest import Site, served

# What the reader has that this machine has not, or what is run at length elsewhere.
_NOT_HERE = {
    "login": "a person at a window; tests/e2e/sign_in/test_login.py has one",
    "setup": "a person who answers; tests/cli/commands/test_setup.py has one",
    "app": "it stays until nobody is there any more; tests/web/test_lifetime.py",
    "client_secret": "a keyring; tests/cli/commands/test_config.py",
    "--api": "a person who types a code; tests/app/test_sign_in_api.py has one",
    "compare": "minutes; tests/cli/commands/test_compare.py",
    "--backend": "a Grid, a Playwright server, or somebody's package; tests/e2e/machines/test_remote.py",
}
# Whatever came of the orders is no fault of the command.
_WITH_ORDERS = ("run", "demo", "retry", "status")


def _is_run_here(words: tuple[str, ...]) -> bool:
    """Tell a command that needs nothing that is not here; ``login`` with a flag opens no window."""
    waits = words[1:] in (("login",), ("setup",), ("app",))
    return not waits and not {"compare", "--backend", "--api", "client_secret"}.intersection(words)


_HERE = sorted({our.words for our in OURS if _is_run_here(our.words)})


@dataclass
class Reader:
    """A reader's folder, with a spreadsheet and what an earlier run left."""

    site: Site
    folder: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        own = {"XDG_DATA_HOME": str(self.folder / "data"), "BROWSER": "true"}  # what `--open` would start
        command = [sys.executable, "-m", "coupa_async", *words]
        client = {"COUPA_CLIENT_ID": CLIENT_ID, "COUPA_CLIENT_SECRET": CLIENT_SECRET} if "api" in words else {}
        environment = self.site.environment | own | client
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=self.folder, timeout=110)


def _mark_as_demo(journal: Path) -> None:
    with closing(sqlite3.connect(journal)) as db, db:
        db.execute("UPDATE runs SET settings = json_set(settings, '$.is_demo', json('true'))")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("reader")
    subprocess.run([sys.executable, "-m", "fixtures", "workbook", str(folder / "orders.xlsx")], check=True)
    shutil.copy(folder / "orders.xlsx", folder / "Pedidos Ana 2026.xlsx")
    with served() as site:
        reader = Reader(site, folder)
        done = reader.run("run", "orders.xlsx", "-o", "out")
        assert done.returncode == 1, done.stderr
        shutil.copytree(folder / "out", folder / "demo-out")
        _mark_as_demo(folder / "demo-out" / FILE_NAME)
        yield reader


@pytest.mark.browser
@pytest.mark.parametrize("words", _HERE, ids=" ".join)
def test_a_command_of_the_pages_does_what_it_says(words: tuple[str, ...], reader: Reader) -> None:
    done = reader.run(*words[1:])
    signed_out = "--status" in words and done.returncode == 3
    allowed = (0, 1) if words[1] in _WITH_ORDERS else (0,)
    assert done.returncode in allowed or signed_out, done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_that_is_not_run_has_a_reason() -> None:
    left = {our.words for our in OURS} - set(_HERE)
    assert all(any(reason in words for reason in _NOT_HERE) for words in left)
