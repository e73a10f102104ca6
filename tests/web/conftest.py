"""The page as a program of its own, asked as a browser asks, and as an attacker does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S+")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()


@dataclass
class Window:
    """A window that was let in: it has the cookie, and the token that its forms send."""

    host: str
    base: str
    cookie: str = ""
    csrf: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        *,
        headers: Mapping[str, str | None] = {},
    ) -> Answer:
        """Ask for a path below the base; a header that is None is left out."""
        usual = {"Host": self.host, "Cookie": self.cookie, "Origin": f"http://{self.host}", "X-CSRF-Token": self.csrf}
        usual |= {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        sent = {name: value for name, value in {**usual, **headers}.items() if value is not None}
        connection = HTTPConnection("127.0.0.1", int(self.host.rpartition(":")[2]), timeout=20)
        try:
            connection.putrequest(method, f"{self.base}{path}", skip_host=True, skip_accept_encoding=True)
            data = body.encode() if isinstance(body, str) else body
            for name, value in sent.items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path, headers={"Origin": None, "X-CSRF-Token": None})

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form as our pages do."""
        body = urlencode({"csrf": self.csrf, **fields})
        return self.ask("POST", path, body, headers={"X-CSRF-Token": None})

    def upload(self, name: str, data: bytes) -> Answer:
        return self.ask("POST", f"/orders/upload?name={quote(name)}", data)


@dataclass
class App:
    """The program while it serves the page."""

    process: subprocess.Popen[str]
    address: str
    home: Path
    said: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def base(self) -> str:
        return urlsplit(self.address).path.removesuffix("/enter")

    @property
    def documents(self) -> Path:
        return self.home / "documents"

    def new_address(self) -> str:
        """What a second start of the program asks for."""
        told = json.loads((self.home / "data" / "coupa-async" / "app" / "served.json").read_text())
        window = Window(self.host, self.base)
        authorization = {"Authorization": f"Bearer {told['start_key']}", "Origin": None}
        answer = window.ask("POST", "/another", b"", headers=authorization)
        return str(json.loads(answer.text)["address"])

    def enter(self) -> Window:
        """Open a window."""
        window = Window(self.host, self.base)
        answer = window.get(
            urlsplit(self.new_address())._replace(scheme="", netloc="").geturl().removeprefix(self.base)
        )
        assert answer.status == 200
        window.cookie = answer.headers["set-cookie"].partition(";")[0]
        found = re.search(r'name="csrf" value="([^"]+)"', window.get("/").text)
        assert found is not None
        window.csrf = found[1]
        return window


@contextmanager
def serving(home: Path, *words: str, **environment: str) -> Iterator[App]:
    """The program while the block runs, with nothing of the user's."""
    own = {
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DOCUMENTS_DIR": str(home / "documents"),
    }
    env = {name: value for name, value in os.environ.items() if not name.startswith("COUPA_")} | own | environment
    command = [sys.executable, "-m", "coupa_async", "app", "--no-open", *words]
    (home / "work").mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True, env=env, cwd=home / "work") as process,
    ):
        assert process.stderr is not None
        line = process.stderr.readline()
        found = _ADDRESS.search(line)
        assert found is not None, line + process.stderr.read()
        try:
            yield App(process, found[0], home)
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=60)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with serving(tmp_path_factory.mktemp("app")) as running:
        yield running


@pytest.fixture
def window(app: App) -> Window:
    return app.enter()
