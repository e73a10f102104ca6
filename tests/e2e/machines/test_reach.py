"""A tenant that is not to be had, a sign-in that nobody does, a browser that never starts: each told, nothing lost."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import BACKENDS, Run, Site
from tests.fakes import script
from tests.fakes.certificate import make_certificate

pytestmark = pytest.mark.browser
WAYS = pytest.mark.parametrize(
    ("backend", "lane"), [("playwright", "browser"), ("selenium", "browser"), ("playwright", "auto")]
)
SECURE = """
import ssl, sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text("PO\n15262984\n15262985\n")
    return path


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[str]:
    """A server whose certificate nobody vouches for."""
    command = [sys.executable, "-c", SECURE, str(make_certificate(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield f"https://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


@pytest.fixture
def not_secure(site: Site) -> str:
    """An address that is asked for TLS and does not speak it."""
    return site.where["base_url"].replace("http://", "https://")


@pytest.fixture
def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@WAYS
@pytest.mark.parametrize(
    ("trouble", "environment", "story"),
    [
        ("dns", {"COUPA_BASE_URL": "http://no-such-host.invalid"}, "the host name is not known to DNS"),
        ("self_signed", {}, "its certificate is not trusted"),
        ("not_secure", {}, "no secure connection"),
        ("proxy", {"COUPA_BASE_URL": "http://tenant.invalid", "http_proxy": "http://127.0.0.1:9"}, "the proxy"),
        ("silent", {"COUPA_PAGE_TIMEOUT_S": "2"}, "no page in 2 s"),
        ("nobody", {}, "the connection was refused"),
    ],
)
def test_a_tenant_that_is_not_to_be_had_is_told_with_host_and_setting_and_every_order_stays_pending(
    coupa: Run,
    sheet: Path,
    request: pytest.FixtureRequest,
    backend: str,
    lane: str,
    trouble: str,
    environment: dict[str, str],
    story: str,
) -> None:
    """S4"""
    if "COUPA_BASE_URL" not in environment:
        environment = environment | {"COUPA_BASE_URL": request.getfixturevalue(trouble)}
    environment = environment | {"COUPA_PATIENCE_S": "1", "no_proxy": "localhost,127.0.0.1"}
    words = ("--workers", "2", "--backend", backend, "--lane", lane, "--json")
    done = coupa("run", sheet, "-o", "out", *words, **environment)
    assert done.returncode == 4, done.stderr
    assert json.loads(done.stdout)["outcomes"] == {"PENDING": 2}
    told = next(line for line in done.stderr.splitlines() if line.startswith("stopped:"))
    assert story in told
    assert environment["COUPA_BASE_URL"] in told
    assert "COUPA_BASE_URL" in told.replace(environment["COUPA_BASE_URL"], "")
    assert "Traceback" not in done.stderr


@BACKENDS
def test_a_sign_in_that_nobody_does_is_exit_3_and_a_later_run_goes_on(
    coupa: Run, site: Site, sheet: Path, backend: str
) -> None:
    """S2"""
    words = ("--workers", "2", "--backend", backend, "--lane", "browser", "--json")
    done = coupa("run", sheet, "-o", "out", *words, COUPA_USERNAME="", COUPA_PASSWORD="")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["outcomes"] == {"PENDING": 2}
    assert "COUPA_USERNAME" in done.stderr
    assert site.ask("log/count")["tries"] == 0
    again = coupa("run", sheet, "-o", "out", *words)
    assert again.returncode == 0
    assert json.loads(again.stdout)["outcomes"] == {"COMPLETED": 2}


@pytest.mark.slow
@BACKENDS
def test_browsers_that_never_start_stop_the_run_with_every_order_pending(
    coupa: Run, site: Site, sheet: Path, tmp_path: Path, backend: str
) -> None:
    """B8"""
    broken, driver = script(tmp_path / "broken", "exit 1"), shutil.which("chromedriver")
    more = {"COUPA_DRIVER_PATH": driver} if driver else {}
    words = ("--workers", "2", "--backend", backend, "--lane", "browser", "--json")
    done = coupa("run", sheet, "-o", "out", *words, COUPA_BROWSER_PATH=str(broken), **more)
    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    assert told["outcomes"] == {"PENDING": 2}
    assert told["restarts"] == 2 * 5
    assert site.requests == 0
    assert coupa("run", sheet, "-o", "out", *words).returncode == 0
