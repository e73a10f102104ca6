"""What is measured: functions that give tables. What is compared takes turns, so that all have the same weather."""

from __future__ import annotations

import os
import pstats
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.jobs import (
    CONNECTIONS,
    Room,
    bare_browser,
    blank_browser_mb,
    curl,
    direct,
    first_request,
    python,
    signed_in,
    site_job,
    start,
    who,
)
from tests.benchmarks.servers import afar, lacks_nginx, nginx, recorded
from tests.benchmarks.table import Table


def against_bare(room: Room, *, quick: bool) -> Iterator[Table]:
    """(a) and (b): the direct lane against a bare loop and against curl."""
    if lack := lacks_nginx():
        yield Table(title="Direct lane against a bare loop", notes=(f"Not measured: {lack}.",))
        return
    orders, turns = (150, 2) if quick else (400, 5)
    with nginx(room.folder(), orders) as near:
        for latency_ms in (0, 50):
            with afar(near, latency_ms / 1000) if latency_ms else _as_it_is(near) as address:
                yield _race(room, address, latency_ms, orders, turns)


def _race(room: Room, address: str, latency_ms: int, orders: int, turns: int) -> Table:
    def bare(fsync: str) -> Callable[[], Mapping[str, Any]]:
        return lambda: python("bare", address, orders, CONNECTIONS, room.folder(), fsync)

    arms: dict[str, Callable[[], Mapping[str, Any]]] = {
        "bare aiohttp loop": bare("0"),
        "bare aiohttp loop, fsync": bare("1"),
        "curl --parallel": lambda: curl(room, address, orders),
        "coupa-async, direct lane": lambda: direct(room, address, orders, in_flight=CONNECTIONS),
    }
    took: dict[str, list[Mapping[str, Any]]] = {name: [] for name in arms}
    for _ in range(turns):
        for name, arm in arms.items():
            took[name].append(arm())
            room.tidy()
    limit = [item["seconds"] for item in took["bare aiohttp loop"]]
    rows = []
    for name, runs in took.items():
        ratio = statistics.median(a / b["seconds"] for a, b in zip(limit, runs, strict=True))
        rows.append((name, _rate(runs), f"{ratio:.2f}", _cpu_ms(runs)))
    return Table(
        title=f"{orders} orders of a 20 kB page and two 200 kB files from nginx, {latency_ms} ms away",
        head=("", "orders/s", "of the bare loop", "CPU ms/order"),
        rows=rows,
        notes=(f"{CONNECTIONS} requests in flight, {turns} turns by turns, medians.",),
    )


def lanes(room: Room, *, quick: bool) -> Iterator[Table]:
    """(c): browsers and direct lane by workers, on the recorded site."""
    rows = [("browser alone, blank page", "", "", "", "", f"{blank_browser_mb(room):.0f}")]
    arms = [("playwright", "browser"), ("selenium", "browser"), ("playwright", "direct")]
    with recorded() as where:
        state = signed_in(room, where)
        for workers in (1,) if quick else (1, 2, 4):
            orders = 20 * workers
            for backend, lane in arms:
                told = site_job(room, where, state, orders, backend=backend, lane=lane, workers=workers)
                cpu_s = told["cpu_s"] + told["children_cpu_s"]
                rows.append(
                    (
                        backend if lane == "browser" else "direct",
                        str(workers),
                        f"{told['orders'] / told['seconds']:.1f}",
                        f"{told['seconds'] / told['orders']:.3f}",
                        f"{cpu_s / told['orders']:.3f}",
                        f"{told['peak_mb']:.0f}",
                    )
                )
    yield Table(
        title="Lanes on the recorded site, two 200 kB files an order",
        head=("lane", "workers", "orders/s", "s/order", "CPU s/order", "peak PSS, MB"),
        rows=rows,
        notes=("20 orders a worker. Launch not counted; CPU and memory of everything that we start are.",),
    )


def browsers(room: Room, *, quick: bool) -> Iterator[Table]:
    """(c2): each browser lane against a script that only opens the pages and fetches the files."""
    orders, turns = (20, 2) if quick else (40, 5)
    with recorded() as where:
        state = signed_in(room, where)
        for backend in ("playwright", "selenium"):
            arms: dict[str, Callable[[], Mapping[str, Any]]] = {
                "bare script": partial(bare_browser, room, where, state, orders, backend=backend),
                "coupa-async": partial(site_job, room, where, state, orders, backend=backend, lane="browser"),
            }
            took: dict[str, list[Mapping[str, Any]]] = {name: [] for name in arms}
            for _ in range(turns):
                for name, arm in arms.items():
                    took[name].append(arm())
            yield Table(
                title=f"Browser lane against a bare script, {backend}",
                head=("", "s/order", "orders/s of the bare script", "CPU s/order", "peak PSS, MB"),
                rows=[_browser_row(name, runs, took["bare script"]) for name, runs in took.items()],
                notes=(f"{orders} orders, two 200 kB files each, one worker; {turns} turns by turns, medians.",),
            )


def _browser_row(name: str, runs: list[Mapping[str, Any]], limit: list[Mapping[str, Any]]) -> tuple[str, ...]:
    ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in zip(limit, runs, strict=True))
    return (
        name,
        f"{statistics.median(run['seconds'] / run['orders'] for run in runs):.3f}",
        f"{ratio:.2f}",
        f"{statistics.median((run['cpu_s'] + run['children_cpu_s']) / run['orders'] for run in runs):.3f}",
        f"{statistics.median(run['peak_mb'] for run in runs):.0f}",
    )


def latencies(room: Room, *, quick: bool) -> Iterator[Table]:
    """(d): the direct lane by what the server takes to answer."""
    rows = []
    for page_ms, file_ms in ((0, 0), (50, 50), (300, 300), (400, 200)):
        orders = 300 if quick else 600
        with recorded(page_ms, file_ms) as where:
            state = signed_in(room, where)
            told = site_job(room, where, state, orders, lane="direct", in_flight=64, least_in_flight=64)
        rows.append((f"{page_ms}", f"{file_ms}", str(orders), f"{told['orders'] / told['seconds']:.1f}"))
    yield Table(
        title="Direct lane by the tenant's latency, 64 requests in flight",
        head=("page, ms", "file, ms", "orders", "orders/s"),
        rows=rows,
        notes=("The recorded site is Python too, and shares the machine: at 0 ms it is the limit.",),
    )


def scale(room: Room, *, quick: bool) -> Iterator[Table]:
    """(e): our own share of an order, by how many there are."""
    rows = []
    for orders in (1_000, 10_000) if quick else (1_000, 10_000, 100_000):
        folder = room.folder()
        told, again = python("double", orders, folder), python("resume", folder)
        shutil.rmtree(folder)
        rate, cpu_ms = told["orders"] / told["seconds"], told["cpu_s"] / told["orders"] * 1000
        growth, slowdown = f"{told['memory_growth']:.2f}", f"{told['slowdown']:.2f}"
        figures = (f"{rate:.0f}", f"{cpu_ms:.2f}", f"{told['peak_mb']:.0f}", growth, slowdown)
        rows.append((f"{orders:,}", *figures, f"{again['seconds']:.2f}"))
    yield Table(
        title="Engine, journal and storage alone, with the site in memory",
        head=("orders", "orders/s", "CPU ms/order", "peak RSS, MB", "growth", "slowdown", "journal read to resume, s"),
        rows=rows,
        notes=(
            "Two files of 2 kB an order, a real journal, real files. Growth: of memory, from the first tenth to the "
            "last; slowdown: the last tenth's time by the second's.",
        ),
    )


def spreadsheets(room: Room, *, quick: bool) -> Iterator[Table]:
    """The user's workbook read, tried before the run, and filled in at its end."""
    rows = []
    for count in (10_000,) if quick else (100_000, 1_000_000):
        folder = room.folder()
        told = python("spreadsheet", count, folder)
        shutil.rmtree(folder)
        seconds = (f"{told[name]:.2f}" for name in ("read_s", "trial_s", "write_s"))
        rows.append((f"{told['rows']:,}", *seconds, f"{told['kept_mb']:.0f}", f"{told['above_mb']:.0f}"))
    yield Table(
        title="The spreadsheet, a workbook of twelve columns",
        head=("rows", "read, CPU s", "tried, CPU s", "filled in, CPU s", "worklist, MB", "peak above that, MB"),
        rows=rows,
        notes=("Each row an order with a result of nine columns, which is added to the copy.",),
    )


def starts(room: Room, *, quick: bool) -> Iterator[Table]:
    """(f): how soon something happens."""
    program = [sys.executable, "-m", "coupa_async"]
    turns = 3 if quick else 7
    rows = [(what, *start([*program, what], turns)) for what in ("--version", "--help")]
    with recorded() as where:
        state = signed_in(room, where)
        folder = room.folder()
        command = [*program, "run", str(room.sheet(1)), "-o", str(folder), "--lane", "direct", "--quiet", "--no-input"]
        environment = os.environ | who(where) | {"COUPA_STORAGE_STATE": str(state)}
        firsts = [first_request([*command, "--fresh"], environment, where) for _ in range(turns)]
        rows.append(("to the first request, direct lane, saved sign-in", f"{statistics.median(firsts):.2f}", ""))
        rows.append(("a whole run of nothing to do", *start(command, turns, environment)))
    yield Table(
        title="Start-up",
        head=("", "s", "CPU s"),
        rows=rows,
        notes=(f"{turns} times, medians; the machine's own load included.",),
    )


def profile(room: Room, *, quick: bool) -> Iterator[Table]:
    """Where the direct lane's own time goes: the event loop's thread, by the library that it is spent in."""
    if lack := lacks_nginx():
        yield Table(title="Where the time goes", notes=(f"Not measured: {lack}.",))
        return
    orders, into = 150 if quick else 400, room.root / "profile"
    with nginx(room.folder(), orders) as address:
        direct(room, address, orders, in_flight=CONNECTIONS, PROFILE=str(into))
    shares: dict[str, float] = {}
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = pstats.Stats(str(into)).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, _, own_s, _, _) in stats.items():
        shares[_owner(file, function)] = shares.get(_owner(file, function), 0) + own_s
    whole = sum(shares.values())
    rows = [(name, f"{share / whole:.0%}") for name, share in sorted(shares.items(), key=lambda item: -item[1])[:14]]
    yield Table(
        title="Where the direct lane's time goes",
        head=("", "of the event loop's CPU"),
        rows=rows,
        notes=("cProfile on CPU time, nginx at 0 ms. The worker threads, which write and hash, are not in it.",),
    )


def _owner(file: str, function: str) -> str:
    """Name the library, or the part of ours, that a function is in."""
    parts = Path(file).parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1].removesuffix(".py")
    for ours in ("coupa_async", "backends"):
        if ours in parts:
            return ".".join(parts[parts.index(ours) :][:2]).removesuffix(".py")
    if file == "~":
        return "sockets, threads, C code" if "socket" in function or "lock" in function else "built-in functions"
    return "asyncio" if "asyncio" in parts else "Python's library"


def _rate(runs: list[Mapping[str, Any]]) -> str:
    return f"{statistics.median(run['orders'] / run['seconds'] for run in runs):.0f}"


def _cpu_ms(runs: list[Mapping[str, Any]]) -> str:
    return f"{statistics.median(1000 * run['cpu_s'] / run['orders'] for run in runs):.1f}"


@contextmanager
def _as_it_is(address: str) -> Iterator[str]:
    yield address
