"""The programs that are measured, each run as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backends.browser.chromium import BrowserOptions, find_browser, flags
from coupa_async.services.diagnostics.memory import tree_bytes
from fixtures.workbook import write_load
from tests.benchmarks.servers import FIRST_KEY

CONNECTIONS = 16
_SETTLE_S = 5
_EMPTY_STATE = '{"cookies": [], "origins": []}'


class Room:
    """A folder for one measurement, on a RAM disk where there is one, so that the disk is not what is measured."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._count = 0

    def folder(self) -> Path:
        """Make a new empty folder."""
        self._count += 1
        made = self.root / f"{self._count}"
        made.mkdir()
        return made

    def tidy(self) -> None:
        """Remove the newest folder: what is left there would make memory dearer for whoever comes next."""
        shutil.rmtree(self.root / f"{self._count}")

    def sheet(self, orders: int) -> Path:
        """Write a worklist of so many orders."""
        path = self.root / f"{orders}.xlsx"
        if not path.exists():
            write_load(path, orders)
        return path


def direct(room: Room, address: str, orders: int, *, in_flight: int, **environment: str) -> Mapping[str, Any]:
    """Do the job over HTTP, signed in for ever."""
    state = room.root / "state.json"
    state.write_text(_EMPTY_STATE)
    flags = ["--lane", "direct", "--max-in-flight", in_flight, "--min-in-flight", in_flight]
    own = {"COUPA_BASE_URL": address, "COUPA_STORAGE_STATE": str(state)} | environment
    told = python("work", room.sheet(orders), room.folder(), *flags, environment=own)
    _see(told, orders)
    return told


def site_job(
    room: Room,
    where: Mapping[str, str],
    state: Path,
    orders: int,
    *,
    backend: str = "playwright",
    lane: str,
    workers: int = 1,
    in_flight: int = 64,
    least_in_flight: int = 1,
    tabs: int | None = None,
) -> Mapping[str, Any]:
    """Do the job on the recorded site."""
    flags = ["--lane", lane, "--backend", backend, "--workers", workers, "--max-in-flight", in_flight]
    flags += ["--min-in-flight", least_in_flight, *(["--tabs", tabs] if tabs else [])]
    environment = who(where) | {"COUPA_STORAGE_STATE": str(state), "WATCH": "1"}
    told = python("work", room.sheet(orders), room.folder(), *flags, environment=environment)
    _see(told, orders)
    return told


def bare_browser(room: Room, where: Mapping[str, str], state: Path, orders: int, *, backend: str) -> Mapping[str, Any]:
    """Do the job on the recorded site with a script that does nothing else."""
    return python("bare_browser", backend, state, orders, room.folder(), environment=who(where))


def signed_in(room: Room, where: Mapping[str, str]) -> Path:
    """Have a browser sign in at the recorded site once; the state that it leaves."""
    state = room.folder() / "state.json"
    site_job(room, where, state, 1, lane="direct")
    return state


def _see(told: Mapping[str, Any], orders: int) -> None:
    if told["orders"] != orders or told["files"] != 2 * orders or told["outcomes"] != ["COMPLETED"]:
        raise RuntimeError(f"not what was to be measured: {told}")


def python(module: str, *arguments: object, environment: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
    env = os.environ | (environment or {})
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env)
    told: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def curl(room: Room, address: str, orders: int) -> Mapping[str, Any]:
    folder = room.folder()
    urls = []
    for key in range(FIRST_KEY, FIRST_KEY + orders):
        urls.append(f'url="{address}/order_headers/{key}"\noutput="{folder}/{key}.html"\n')
        urls += [f'url="{address}/attachment/{key}{n}"\noutput="{folder}/{key}-{n}.pdf"\n' for n in (1, 2)]
    config = folder / "urls"
    config.write_text("".join(urls))
    command = ["curl", "--parallel", "--parallel-max", str(CONNECTIONS), "-K", str(config)]
    began_s, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - began_s, os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return {"orders": orders, "seconds": seconds, "cpu_s": cpu_s}


def blank_browser_mb(room: Room) -> float:
    """Tell what the browser takes that nobody drives and that shows nothing: below that no lane with one can come."""
    options = BrowserOptions()
    command = [str(find_browser(options).path), *flags(options), "--headless=new", f"--user-data-dir={room.folder()}"]
    with subprocess.Popen([*command, "about:blank"], stderr=subprocess.DEVNULL) as process:
        try:
            time.sleep(_SETTLE_S)
            return tree_bytes([process.pid]) / 1e6
        finally:
            process.terminate()


def start(command: list[str], turns: int, environment: Mapping[str, str] | None = None) -> tuple[str, str]:
    walls, cpus = [], []
    for _ in range(turns):
        began_s, before = time.perf_counter(), os.times()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        walls.append(time.perf_counter() - began_s)
        after = os.times()
        cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return f"{statistics.median(walls):.2f}", f"{statistics.median(cpus):.2f}"


def first_request(command: list[str], environment: Mapping[str, str], where: Mapping[str, str]) -> float:
    from urllib.request import urlopen

    def count() -> int:
        with urlopen(f"{where['base_url']}/__admin__/log/count") as answer:
            return int(json.load(answer)["total"])

    before, began_s = count(), time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while count() == before and process.poll() is None:
            time.sleep(0.005)
        seconds = time.perf_counter() - began_s
        process.wait(60)
    return seconds


def who(where: Mapping[str, str]) -> dict[str, str]:
    return {
        "COUPA_BASE_URL": where["base_url"],
        "COUPA_USERNAME": where["username"],
        "COUPA_PASSWORD": where["password"],
    }
