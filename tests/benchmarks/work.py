"""``python -m tests.benchmarks.work SHEET FOLDER [FLAG…]``: the job of ``coupa-async run`` without beginning and end.

The same parts, put together by the same code: what is measured is from the first request to the last outcome. The
last line of stdout says what it took as JSON; with WATCH set, also memory and what browsers used of the CPU; with
PROFILE set, a profile is written there.
"""

from __future__ import annotations

import cProfile
import json
import os
import sys
import threading
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path

import anyio
import psutil

from coupa_async.app.compose import find_backend, make_worker_context
from coupa_async.app.runs.run_log import log_event, run_log
from coupa_async.cli.command import parse
from coupa_async.cli.commands.run import Run
from coupa_async.domain.events import Event, WorkerStarted
from coupa_async.engine.observers import ObserverGroup
from coupa_async.engine.run import download_all
from coupa_async.engine.shutdown import Shutdown
from coupa_async.services.diagnostics.memory import tree_bytes
from coupa_async.services.files.storage import Storage
from coupa_async.services.profiles.profiles import run_profiles
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.spreadsheet.worklist import read_worklist

_LOOK_EVERY_S = 0.2


class Watch:
    """The memory and the CPU time of our process and all below it, looked at again and again."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._cpu_s: dict[tuple[int, float], float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def children_cpu_s(self) -> float:
        """What browsers and drivers have used."""
        return sum(self._cpu_s.values())

    def look(self) -> None:
        """See what is used now."""
        self.peak_bytes = max(self.peak_bytes, tree_bytes([os.getpid()]))
        for child in psutil.Process().children(recursive=True):
            try:
                used = child.cpu_times()
                self._cpu_s[child.pid, child.create_time()] = used.user + used.system
            except psutil.Error:
                continue  # it has just ended

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            self.look()


async def work(settings: Run) -> None:
    """Do the job, and print what it took."""
    assert settings.input is not None
    orders = read_worklist(settings.input).orders
    backend, _ = find_backend(settings)
    storage = Storage(settings.output_dir.resolve())
    storage.prepare()
    started: list[tuple[float, float]] = []

    def note(event: Event) -> None:
        if isinstance(event, WorkerStarted):
            started.append((time.perf_counter(), time.process_time()))

    with ExitStack() as stack:
        journal = stack.enter_context(Journal(storage.root / FILE_NAME))
        history = stack.enter_context(History(storage.root / FILE_NAME))
        history.begin(backend=settings.backend, lane=settings.lane, workers=settings.workers or 1, settings={})
        stack.enter_context(run_log(storage.root / "run.log"))
        notify = ObserverGroup([log_event, history.note, note])
        profiles = stack.enter_context(run_profiles(storage.root / "profiles", settings.state_file()))
        context = make_worker_context(settings, backend, journal, storage, profiles, notify)
        names = [f"worker-{number}" for number in range(1, (settings.workers or 1) + 1)]
        watch = stack.enter_context(Watch() if os.environ.get("WATCH") else nullcontext())
        await download_all(orders, names, context, Shutdown(notify, grace_s=1), workers=[])
        seconds, cpu_s = time.perf_counter() - started[0][0], time.process_time() - started[0][1]
        outcomes = {outcome.value for outcome in journal.outcomes().values()}
        told = {
            "orders": len(orders),
            "files": journal.files()[0],
            "outcomes": sorted(outcomes),
            "seconds": seconds,
            "cpu_s": cpu_s,
        }
        if watch:
            watch.look()  # a run may have been shorter than the time between two looks
            told |= {"children_cpu_s": watch.children_cpu_s, "peak_mb": watch.peak_bytes / 1e6}
    print(json.dumps(told))


def main() -> None:
    """Do the job that the arguments name."""
    sheet, folder, *flags = sys.argv[1:]
    settings = parse(Run, [sheet, "-o", folder, "--no-input", *flags])
    profile = cProfile.Profile(time.thread_time) if os.environ.get("PROFILE") else None
    if profile:
        profile.enable()
    anyio.run(work, settings)
    if profile:
        profile.disable()
        profile.dump_stats(Path(os.environ["PROFILE"]))


if __name__ == "__main__":
    main()
