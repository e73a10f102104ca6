"""A Selenium Grid on several machines: a hub and nodes, each in a network namespace of its own. Linux, root, Java.

``python -m tools.machines.grid_machines`` runs load orders of the recorded site through it. Meanwhile one node is
killed, one is cut off, and one is added. It tells what came of it, and fails if an order was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

_ROOT = Path(__file__).parents[2]
_BRIDGE, _NET, _HERE, _HUB = "coupa0", "10.77.0", "10.77.0.1", "10.77.0.2"
_NODE = """
[server]
host = "{host}"
port = 5555

[node]
detect-drivers = false
selenium-manager = false
enable-managed-downloads = true
hub = "http://{hub}:4444"
grid-url = "http://{hub}:4444"
session-timeout = 60
max-sessions = 1
override-max-sessions = true

[[node.driver-configuration]]
display-name = "Chromium"
max-sessions = 1
webdriver-executable = "{driver}"
stereotype = '{{"browserName": "chrome", "goog:chromeOptions": {{"binary": "{browser}"}}}}'
"""


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _do(*words: str) -> None:
    subprocess.run(words, check=True)


@contextmanager
def _machine(name: str, number: int) -> Iterator[str]:
    """Make a machine of its own address: a namespace with one cable to the bridge. Yields the cable's name."""
    cable, host = f"coupa{number}", f"{_NET}.{number}"
    _do("ip", "netns", "add", name)
    try:
        _do("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        _do("ip", "link", "set", cable, "master", _BRIDGE, "up")
        for words in (["addr", "add", f"{host}/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            _do("ip", "-n", name, *words)
        _do("ip", "-n", name, "link", "set", "lo", "up")
        yield cable
    finally:
        subprocess.run(["ip", "link", "del", cable], check=False)  # else it goes some time after its machine
        _do("ip", "netns", "del", name)


@contextmanager
def _bridge() -> Iterator[None]:
    _do("ip", "link", "add", _BRIDGE, "type", "bridge")
    try:
        _do("ip", "addr", "add", f"{_HERE}/24", "dev", _BRIDGE)
        _do("ip", "link", "set", _BRIDGE, "up")
        yield
    finally:
        _do("ip", "link", "del", _BRIDGE)


@contextmanager
def _running(log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in a file; it and all that it started are ended with the block."""
    with log.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out, cwd=_ROOT) as process:
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        own = psutil.Process(process.pid)
        for item in [*own.children(recursive=True), own]:
            item.kill()
        process.wait()


def _wait(what: str, is_so: Callable[[], bool], within_s: float = 120.0) -> None:
    until_s = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > until_s:
            raise SystemExit(f"{what}: not within {within_s:.0f} s")
        time.sleep(0.2)


def _says(log: Path, text: str, times: int = 1) -> Callable[[], bool]:
    return lambda: log.exists() and log.read_text(encoding="utf-8", errors="replace").count(text) >= times


def main() -> int:
    """Do it; 0 if every order came whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=120)
    given = parser.parse_args()
    jar = subprocess.run([_ROOT / "tools/machines/grid.sh"], check=True, capture_output=True, text=True).stdout.strip()
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not driver or os.geteuid() != 0:
        raise SystemExit("chromium, chromedriver and root are needed")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(_bridge())

        def java(machine: str, log: str, *words: str) -> subprocess.Popen[bytes]:
            command = ("ip", "netns", "exec", machine, "java", "-Xmx256m", "-jar", jar, *words)
            return stack.enter_context(_running(folder / log, *command))

        def node(number: int) -> tuple[str, subprocess.Popen[bytes]]:
            name = f"coupa-node-{number}"
            cable = stack.enter_context(_machine(name, 10 + number))
            config = folder / f"node-{number}.toml"
            config.write_text(_NODE.format(host=f"{_NET}.{10 + number}", hub=_HUB, driver=driver, browser=browser))
            return cable, java(name, f"node-{number}.log", "node", "--config", str(config))

        stack.enter_context(_machine("coupa-hub", 2))
        java("coupa-hub", "hub.log", "hub", "--host", _HUB, "--session-request-timeout", "60")
        _wait("the hub", _says(folder / "hub.log", "Started Selenium Hub"))
        nodes = {number: node(number) for number in (1, 2, 3)}
        _wait("the nodes", _says(folder / "hub.log", "Added node", 3))
        return _run(folder, given.orders, nodes, node, stack)


def _run(
    folder: Path,
    orders: int,
    nodes: dict[int, tuple[str, subprocess.Popen[bytes]]],
    add: Callable[[int], object],
    stack: ExitStack,
) -> int:
    """Run the orders, with what goes wrong meanwhile, and tell what came of it."""
    site_log, log, began_s = folder / "site.log", folder / "out/run.log", time.monotonic()
    serving = (sys.executable, "-m", "fixtures", "serve", "--host", _HERE, "--latency-ms", "300")
    stack.enter_context(_running(site_log, *serving))
    _wait("the site", _says(site_log, "base_url"))
    site = json.loads(site_log.read_text(encoding="utf-8").splitlines()[0])
    _do(sys.executable, "-m", "fixtures", "workbook", str(folder / "orders.xlsx"), "--orders", str(orders))
    os.environ |= {
        "COUPA_BASE_URL": site["base_url"], "COUPA_USERNAME": site["username"], "COUPA_PASSWORD": site["password"],
        "COUPA_SELENIUM_URL": f"http://{_HUB}:4444", "COUPA_CHANNEL": "chrome", "XDG_DATA_HOME": str(folder / "data"),
    }  # fmt: skip
    words = ("run", str(folder / "orders.xlsx"), "-o", str(folder / "out"), "--backend", "selenium", "--json")
    program = (sys.executable, "-m", "coupa_async", *words, "--lane", "browser", "--workers", "3", "--no-input")
    with _running(folder / "told.txt", *program) as run:
        for share, what in enumerate(("node 1 is killed", "node 2 is cut off", "node 4 is added"), start=1):
            over = _says(log, '"OrderFinished"', share * orders // 5)
            _wait(what, lambda over=over: over() or run.poll() is not None, 600)  # type: ignore[misc]
            _tell(f"{time.monotonic() - began_s:6.1f} s  {what}")
            if share == 1:
                _end(nodes[1][1])
            elif share == 2:
                _do("ip", "link", "set", nodes[2][0], "down")
            else:
                add(4)
        code = run.wait(1800)
    _tell((folder / "told.txt").read_text(encoding="utf-8").splitlines()[-1])
    for number in (1, 2, 3, 4):
        began = (folder / f"node-{number}.log").read_text(encoding="utf-8").count("Session created by the Node")
        _tell(f"node {number}: {began} sessions")
    _tell(f"{time.monotonic() - began_s:.0f} s, exit code {code}")
    return code


if __name__ == "__main__":
    sys.exit(main())
