"""An address at which something else answers: told by its page, by `doctor`, `login --status` and at a run's start."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.cli.test_bad_input import coupa
from tests.e2e.conftest import BACKENDS
from tests.fakes import script

PAGE = b"<!doctype html><html><head><title>It works!</title></head><body><h1>It works!</h1></body></html>"


@contextmanager
def web_server(status: int, kind: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: object) -> None:
            """Keep the terminal quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text("PO_NUMBER\nPO1\nPO2\n")
    return tmp_path / "orders.csv"


@pytest.mark.parametrize(
    ("status", "kind"), [(200, "text/html"), (403, "text/html"), (404, "text/html"), (404, "text/plain")]
)
@pytest.mark.parametrize("words", [(), ("--username", "ann")], ids=["nobody", "a user"])
def test_a_run_ends_at_once_and_says_what_the_address_shows(
    orders: Path, tmp_path: Path, status: int, kind: str, words: tuple[str, ...]
) -> None:
    browser = {"COUPA_BROWSER_PATH": sys.executable, "COUPA_LANE": "direct", "COUPA_PASSWORD": "x"}
    with web_server(status, kind) as url:
        done = coupa(tmp_path, "run", orders.name, "--no-input", *words, COUPA_BASE_URL=url, **browser)
    assert done.returncode == 2, done.stderr
    assert f"{url} is no Coupa: it shows a page of something else, 'It works!'" in done.stderr
    with Journal(tmp_path / "out" / FILE_NAME) as journal:
        assert journal.outcomes() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_doctor_and_the_status_of_a_sign_in_say_it_too(tmp_path: Path) -> None:
    browser = str(script(tmp_path / "edge", "echo Microsoft Edge 156.0.3900.12"))
    (tmp_path / "state.json").write_text('{"cookies": [], "origins": []}')
    with web_server(404, "text/html") as url:
        own = {"COUPA_BASE_URL": url, "COUPA_BROWSER_PATH": browser, "COUPA_STORAGE_STATE": "state.json"}
        doctor = coupa(tmp_path, "doctor", **own)
        login = coupa(tmp_path, "login", "--status", **own)
    for done in (doctor, login):
        assert done.returncode == 2, done.stderr
        assert "is no Coupa: it shows a page of something else, 'It works!'" in done.stderr


@pytest.mark.browser
@BACKENDS
def test_a_browser_says_it_as_well(orders: Path, tmp_path: Path, backend: str) -> None:
    with web_server(404, "text/html") as url:
        words = ["run", orders.name, "--no-input", "--backend", backend, "--lane", "browser"]
        done = coupa(tmp_path, *words, COUPA_BASE_URL=url)
    assert done.returncode == 2, done.stderr
    assert "is no Coupa: it shows a page of something else, 'It works!'" in done.stderr
