"""What the benchmarks ask for pages and files: nginx with static ones, the same from afar, the recorded site."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.catalogue import load_bytes, load_order
from fixtures.rendering.render import document

FIRST_KEY = 9_000_000
PAGE_BYTES = 20_000
FILE_BYTES = 200_000

_CONFIG = """
daemon off; master_process off; {user} pid {root}/nginx.pid; error_log {root}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; types {{ }}
  client_body_temp_path {root}/t; proxy_temp_path {root}/t; fastcgi_temp_path {root}/t; uwsgi_temp_path {root}/t;
  scgi_temp_path {root}/t;
  server {{
    listen 127.0.0.1:{port}; root {root}/site;
    location / {{ default_type text/html; }}
    location = /order_headers {{ default_type text/html; rewrite ^ /home.html break; }}
    location /attachment/ {{ default_type application/pdf; rewrite ^ /file.pdf break; }}
  }}
}}
"""


def lacks_nginx() -> str:
    """Say why nothing can be measured against nginx; empty if it can."""
    return "" if shutil.which("nginx") else "nginx is not installed (apt-get install nginx-light)"


@contextmanager
def nginx(root: Path, orders: int) -> Iterator[str]:
    """Serve so many orders of a 20 kB page and two 200 kB files; the address."""
    port, site = _free_port(), root / "site"
    (site / "order_headers").mkdir(parents=True)
    (site / "file.pdf").write_bytes(load_bytes(1, FILE_BYTES))
    address = f"http://127.0.0.1:{port}"
    for key in range(FIRST_KEY, FIRST_KEY + orders):
        (site / "order_headers" / str(key)).write_text(page(key, address))
    (site / "home.html").write_text(page(FIRST_KEY, address))
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    config = root / "nginx.conf"
    config.write_text(_CONFIG.format(root=root, port=port, user=user))
    with subprocess.Popen(["nginx", "-c", str(config), "-p", str(root)], stderr=subprocess.DEVNULL) as process:
        try:
            _await_port(port, process)
            yield address
        finally:
            process.terminate()


def page(key: int, address: str) -> str:
    """Write an order's page, of the size that real ones have."""
    text = document(load_order(key), address, controller="order_headers", length_s=7200, is_mounted=True)
    row = '<tr class="line"><td class="line_num">1</td><td><span title="12.50">12.50</span></td></tr>\n'
    filler = row * ((PAGE_BYTES - len(text)) // len(row) + 1) if len(text) < PAGE_BYTES else ""
    return text.replace("</body>", f"<table>{filler}</table></body>")


@contextmanager
def afar(address: str, latency_s: float) -> Iterator[str]:
    """Serve what another address does, each request so much later. A process of its own."""
    port = _free_port()
    command = [sys.executable, "-m", "tests.benchmarks.afar", str(port), address.rpartition(":")[2], str(latency_s)]
    with subprocess.Popen(command) as process:
        try:
            _await_port(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def recorded(latency_ms: float = 0, file_latency_ms: float = 0) -> Iterator[dict[str, str]]:
    """Serve the recorded site with load orders; where it is, and who may sign in."""
    dials = ["--latency-ms", str(latency_ms), "--file-latency-ms", str(file_latency_ms)]
    command = [sys.executable, "-m", "fixtures", "serve", "--until-eof", "--file-bytes", str(FILE_BYTES), *dials]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.communicate(timeout=10)


def _free_port() -> int:
    with socket.socket() as item:
        item.bind(("127.0.0.1", 0))
        return int(item.getsockname()[1])


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + 10
    while time.monotonic() < until_s and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"{process.args!r} does not serve")
