"""What is meant to harm, through each backend and lane: each order's one true outcome, and a run that stays well."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from coupa_async.domain.files.naming import outcome_folder
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import Outcome
from fixtures.catalogue import HERE, Catalogue, load
from fixtures.workbook import write_sample
from tests.e2e.conftest import BACKENDS, Site, cells, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
HOSTILE = HERE / "hostile.toml"
LANES = pytest.mark.parametrize("lane", ["browser", "auto", "direct"])
# So that what has no end is soon over. A page has to come in time on a busy machine, too.
BOUNDS = {
    "COUPA_PAGE_TIMEOUT_S": "30",
    "COUPA_SETTLE_S": "2",
    "COUPA_DOWNLOAD_TIMEOUT_S": "10",
    "COUPA_MAX_PAGE_MB": "16",
    "COUPA_MAX_FILE_MB": "16",
    "COUPA_MAX_ATTEMPTS": "1",
    "COUPA_PARSE_S": "15",
}
# In the other lanes many orders are in flight; here two of a browser, so that what is waited for keeps no worker.
TABS = {"browser": {"COUPA_TABS": "2"}}
PEAK_MB, STALL_S = 400, 0.25
# Here the loop's thread was at it itself; the rest of a stall is other programs' turn at the processors.
STALL_IN_ALL_S = 5.0
# Pages that never end are known by their size where that is counted, and by the time they take where it is not.
ENDLESS = {"PO15263413", "PO15263414"}
# What tabs do not bound yet is the size of a file that a browser takes: only the time that it takes.
EXCUSED = {"browser": {"PO15263421", "PO15263422"}}
# The first signal is answered at once; after the second, a busy browser has ten seconds to close, and is killed then.
ANSWERED_S, GONE_S = 1.0, 30.0


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with served("--catalogue", str(HOSTILE)) as site:
        yield site


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(HOSTILE)


@dataclass
class Watched:
    """The program at work, with a watch over its event loop."""

    process: subprocess.Popen[str]
    root: Path

    @property
    def seen(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "watch.json").read_text())
        return found

    @property
    def said(self) -> str:
        return (self.root / "said").read_text()

    def log(self) -> str:
        path = self.root / "out" / "run.log"
        return path.read_text() if path.exists() else ""

    def stalls(self) -> list[dict[str, Any]]:
        """Tell when the loop did not answer in time with orders in flight: before and after, nobody waits for it."""
        lines = [json.loads(line) for line in self.log().splitlines()]
        first = min(line["at"] for line in lines if line["message"] == "OrderStarted")
        last = max(line["at"] for line in lines if line["message"] == "OrderFinished")
        return [stall for stall in self.seen["stalls"] if first <= stall["at"] <= last]

    def until(self, word: str, within_s: float) -> float:
        """Wait until the log has a word; tell how long that took."""
        began_s = time.monotonic()
        while word not in self.log() and self.process.poll() is None:
            assert time.monotonic() < began_s + within_s, f"no {word} in {within_s} s: {self.log()[-500:]}"
            time.sleep(0.01)
        return time.monotonic() - began_s


@pytest.fixture
def begin(site: Site, tmp_path: Path, catalogue: Catalogue) -> Iterator[Callable[..., Watched]]:
    """Start the program on the hostile orders."""
    write_sample(catalogue, tmp_path / "hostile.xlsx")
    running: list[subprocess.Popen[str]] = []

    def start(backend: str, lane: str) -> Watched:
        words = (
            "run",
            "hostile.xlsx",
            "-o",
            "out",
            "--workers",
            "2",
            "--msg-pdf",
            "--backend",
            backend,
            "--lane",
            lane,
        )
        command = [sys.executable, "-m", "tests.e2e.watched", str(tmp_path / "watch.json"), *words]
        environment = site.environment | BOUNDS | TABS.get(lane, {}) | {"PYTHONPATH": str(HERE.parent)}
        with (tmp_path / "said").open("w") as said:
            process = subprocess.Popen(
                command, stdout=said, stderr=said, text=True, env=environment, cwd=tmp_path, start_new_session=True
            )
        running.append(process)
        return Watched(process, tmp_path)

    yield start
    for process in running:
        process.kill()
        process.wait()


@BACKENDS
@LANES
def test_nothing_that_others_send_harms_a_run(
    begin: Callable[..., Watched], site: Site, catalogue: Catalogue, backend: str, lane: str
) -> None:
    run = begin(backend, lane)
    assert run.process.wait(timeout=400) == 1, run.said
    assert "Traceback" not in run.said
    assert "Exception ignored" not in run.said
    excused = EXCUSED.get(lane, set())
    assert [line for line in untrue(catalogue, run.root / "out") if line.split()[0] not in excused] == []
    assert site.ask("log")["violations"] == []
    stalls = run.stalls()
    print(f"{backend} {lane}: peak of {run.seen['peak_bytes'] / 2**20:.0f} MB")  # noqa: T201 - for who reads along
    assert run.seen["peak_bytes"] <= PEAK_MB * 2**20
    assert [stall for stall in stalls if stall["loop_s"] > STALL_S or stall["seconds"] > STALL_IN_ALL_S] == []


def untrue(catalogue: Catalogue, out: Path) -> list[str]:
    """Say what of a run is not as it must be, one line an order."""
    orders = {order.number: order for order in catalogue.orders.values()}
    rows = {str(row["PO_NUMBER"]): row for row in cells(out / "hostile.xlsx")}
    wrong = []
    for truth in catalogue.truth():
        row, number = rows[truth["number"]], OrderNumber.parse(truth["number"])
        is_over = number.shown in ENDLESS and row["STATUS"] == Outcome.TIMEOUT
        outcome = Outcome.TIMEOUT if is_over else Outcome(truth["outcome"])
        came = (row["STATUS"], row["ATTACHMENTS_FOUND"], row["ATTACHMENTS_DOWNLOADED"])
        told = str(row["ERROR_MESSAGE"] or "")
        if came != (outcome, truth["found"], truth["downloaded"]) or orders[number.shown].told not in told:
            wrong.append(f"{number.shown} {came}: {told}")
            continue
        folders = [path for path in out.rglob(f"{number.shown}_*") if path.is_dir()]
        if [path.name for path in folders] != [outcome_folder(number, outcome)]:
            wrong.append(f"{number.shown} has the folders {folders}")
            continue
        kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folders and folders[0].iterdir()}
        for file in truth["files"]:
            if file["name"] not in kept or (file["sha256"] and kept[file["name"]] != file["sha256"]):
                wrong.append(f"{number.shown} has no true {file['name']} among {sorted(kept)}")
    return wrong


@BACKENDS
@pytest.mark.parametrize(("lane", "seed"), [("browser", 1), ("auto", 2), ("direct", 3), ("browser", 4), ("auto", 5)])
def test_a_run_among_them_ends_when_it_is_told_to(
    begin: Callable[..., Watched], backend: str, lane: str, seed: int
) -> None:
    run = begin(backend, lane)
    run.until("OrderStarted", 60)
    time.sleep(random.Random(f"{backend} {seed}").uniform(0, 20))
    tree = psutil.Process(run.process.pid).children(recursive=True)
    run.process.send_signal(signal.SIGINT)
    answered_s = run.until("Draining", ANSWERED_S)
    run.process.send_signal(signal.SIGINT)
    began_s = time.monotonic()
    code = run.process.wait(timeout=60)
    gone_s = time.monotonic() - began_s
    print(f"{backend} {lane}: answered in {answered_s:.2f} s, gone in {gone_s:.2f} s")  # noqa: T201
    assert code == 130
    assert gone_s < GONE_S
    assert psutil.wait_procs(tree, timeout=5)[1] == []
