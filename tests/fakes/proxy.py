"""A WebDriver proxy before chromedriver: what the stand-ins for msedgedriver and for a Selenium Grid share."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class Proxy(BaseHTTPRequestHandler):
    """One request, passed on to the driver behind."""

    protocol_version = "HTTP/1.1"
    behind = ""
    base = ""  # what its own paths begin with, as a driver's `--url-base`

    def ask(self, asked: Any) -> Any:
        """Change what is asked for a new session."""
        return asked

    def own(self, body: bytes) -> Any:
        """Answer in the driver's place; ``None`` leaves it to the driver."""
        return None

    def told(self, answer: Any) -> Any:
        """Change what is told of a new session."""
        return answer

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.startswith(f"{self.base}/"):
            self._send(400, b"unhandled request")
            return
        path = self.path.removeprefix(self.base)
        is_new = self.command == "POST" and path == "/session"
        if (answer := self.own(body)) is not None:
            self._send(200, json.dumps({"value": answer}).encode())
            return
        if is_new:
            body = json.dumps(self.ask(json.loads(body))).encode()
        request = Request(f"{self.behind}{path}", body or None, {"Content-Type": "application/json"})
        request.method = self.command
        try:
            with urlopen(request) as passed:
                status, data = passed.status, passed.read()
        except HTTPError as error:
            status, data = error.code, error.read()
        self._send(status, json.dumps(self.told(json.loads(data))).encode() if is_new else data)

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = _pass  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(handler: type[Proxy], chromedriver: str, *, port: int) -> None:
    """Start the driver and pass requests on to it until killed."""
    with subprocess.Popen([chromedriver, "--port=0"], stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        started = next(found for line in driver.stdout if (found := re.search(r"successfully on port (\d+)", line)))
        handler.behind = f"http://127.0.0.1:{started[1]}"
        with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
            sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
            sys.stdout.flush()
            server.serve_forever()
