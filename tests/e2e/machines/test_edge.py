"""Both backends on the paths for Edge, through stand-ins; and one clear line for each thing that can be missing."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Run
from tests.fakes import edge, script

pytestmark = pytest.mark.browser


@pytest.fixture
def chromium() -> str:
    path = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium")
    if path is None:
        pytest.skip("the stand-in for Edge is Chromium, which is not here")
    return path


@pytest.fixture
def chromedriver() -> str:
    path = os.environ.get("COUPA_DRIVER_PATH") or shutil.which("chromedriver")
    if path is None:
        pytest.skip("the stand-in for msedgedriver needs chromedriver, which is not here")
    return path


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH that holds the stand-ins and the tools they need, no browser and no driver."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "env", "dirname", "basename", "readlink", "cat", "mkdir", "uname", "sed", "grep", "ls", "expr"):
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    return f"{tmp_path / 'edge'}{os.pathsep}{tools}"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("PO\n15262984\n15262985\n")
    return path


def log_of(out: Path) -> str:
    return (out / "run.log").read_text()


@pytest.mark.parametrize("backend", ["playwright", "selenium"])
def test_edge_and_its_driver_are_found_first(
    coupa: Run, sheet: Path, tmp_path: Path, path: str, chromium: str, chromedriver: str, backend: str
) -> None:
    asked = edge(tmp_path / "edge", chromium=chromium, chromedriver=chromedriver)
    done = coupa("run", sheet, "-o", "out", "--backend", backend, "--workers", "2", PATH=path, COUPA_BROWSER_PATH="")
    assert done.returncode == 0, done.stderr
    assert "msedge was not found" not in done.stderr
    if backend == "selenium":
        sessions = [json.loads(line)["capabilities"] for line in asked.read_text().splitlines()]
        wanted = [session["firstMatch"][0] | session["alwaysMatch"] for session in sessions]
        assert len(wanted) == 2
        assert all(item["browserName"] == "MicrosoftEdge" for item in wanted)
        assert all("--user-data-dir=" in " ".join(item["ms:edgeOptions"]["args"]) for item in wanted)


def test_a_driver_of_another_version_is_named_with_both_versions(
    coupa: Run, sheet: Path, tmp_path: Path, path: str, chromium: str, chromedriver: str
) -> None:
    edge(tmp_path / "edge", chromium=chromium, chromedriver=chromedriver)
    message = (
        "session not created: This version of Microsoft Edge WebDriver only supports Microsoft Edge version 110\\n"
        "Current browser version is 156.0.1 with binary path /usr/bin/msedge"
    )
    (tmp_path / "refuse.py").write_text(REFUSING.replace("MESSAGE", message))
    driver = script(tmp_path / "olddriver", f'exec "{sys.executable}" "{tmp_path / "refuse.py"}" "$@"')
    done = coupa("run", sheet, "-o", "out", "--backend", "selenium", PATH=path, COUPA_DRIVER_PATH=str(driver))
    (told,) = (line for line in done.stderr.splitlines() if line.startswith("stopped: "))
    assert done.returncode == 2, done.stderr
    assert "110" in told
    assert "156.0.1" in told
    assert "COUPA_DRIVER_PATH" in told
    assert "Traceback" not in done.stderr


REFUSING = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_new = self.path.endswith("/session")
        value = {"error": "session not created", "message": "MESSAGE", "stacktrace": ""} if is_new else {"ready": True}
        data = json.dumps({"value": value}).encode()
        self.send_response(500 if is_new else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    do_GET = do_POST = do_DELETE = answer

port = next(int(word[7:]) for word in sys.argv if word.startswith("--port="))
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.mark.parametrize(
    ("backend", "have", "environment", "story"),
    [
        ("selenium", "browser", {"COUPA_DRIVER_PATH": "/no/driver"}, "COUPA_DRIVER_PATH=/no/driver: there is no such"),
        ("selenium", "browser", {"SE_OFFLINE": "true", "SE_SKIP_DRIVER_IN_PATH": "true"}, "no driver for msedge"),
        ("playwright", "nothing", {}, "no Microsoft Edge, Chrome or Chromium found"),
        ("selenium", "nothing", {}, "no Microsoft Edge, Chrome or Chromium found"),
    ],
)
def test_what_is_missing_is_told_in_one_line(
    coupa: Run,
    sheet: Path,
    tmp_path: Path,
    path: str,
    chromium: str,
    backend: str,
    have: str,
    environment: dict[str, str],
    story: str,
) -> None:
    if Path("/opt/microsoft/msedge/msedge").exists() or Path("/opt/google/chrome/chrome").exists():
        pytest.skip("a real browser is in its usual place")
    if have == "browser":
        (tmp_path / "edge").mkdir()
        script(tmp_path / "edge" / "microsoft-edge", f'exec "{chromium}" "$@"')
    empty = {"COUPA_BROWSER_PATH": "", "COUPA_DRIVER_PATH": ""}
    done = coupa("run", sheet, "-o", "out", "--backend", backend, **{"PATH": path} | empty | environment)
    assert done.returncode == 2, done.stderr
    assert [
        line for line in done.stderr.splitlines() if story in line and line.startswith(("stopped: ", "coupa-async: "))
    ]
    assert "Traceback" not in done.stderr
