"""Runs the real program in a process of its own and observes it from outside, during the run and after it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from tempfile import TemporaryFile
from typing import Any

import anyio
import psutil
from anyio import to_thread
from anyio.abc import Process

from coupa_async.evaluation.disk_audit import audit
from coupa_async.evaluation.order_audit import ExpectedOrder, OrderAudit
from coupa_async.runtime.cleanup import cleanup
from coupa_async.runtime.processes import is_alive
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.worklist import read_worklist

_LOOK_S = 0.1
_LEAVE_S = 5.0
_END_S = 90.0  # for what is in flight, then for the browsers
_DATA_DIR = "--user-data-dir="


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRun:
    """What was seen of a run.

    Attributes:
        command: As a person would type it.
        exit_code: ``None`` if it did not end in time and was ended.
        said: What it wrote on stdout and stderr.
        log: The lines of its ``run.log``.
        audits: The result of each order, by journal and disk.
        profiles: The user-data directories of its browsers, in the order they were seen.
        clashes: Folders that two browsers used at the same time.
        most_browsers: How many browsers ran at the same time at most.
        left: The processes that still ran ``5 s`` after its end.
        browser: The version that the browser noted in its profile.
    """

    command: str
    exit_code: int | None
    said: str
    log: tuple[dict[str, Any], ...] = ()
    audits: tuple[OrderAudit, ...] = ()
    profiles: tuple[Path, ...] = ()
    clashes: tuple[Path, ...] = ()
    most_browsers: int = 0
    left: tuple[str, ...] = ()
    browser: str = ""

    def events_named(self, *names: str) -> list[dict[str, Any]]:
        """Return the lines of its log with these messages."""
        return [line for line in self.log if line["message"] in names]


@dataclass(slots=True)
class RunObserver:
    """Looks at a process and all below it, again and again."""

    process: psutil.Process
    profiles: dict[Path, None] = field(default_factory=dict)
    clashes: dict[Path, None] = field(default_factory=dict)
    most_browsers: int = 0
    browser: str = ""
    _below: set[psutil.Process] = field(default_factory=set)

    def look(self) -> None:
        """Note what runs at this moment. Blocking, for milliseconds."""
        try:
            below = self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            return
        self._below.update(below)
        browsers = {item.pid: path for item in below if (path := _profile(item)) is not None}
        # A child that has not become itself yet bears its parent's command line.
        accept_any = [path for item in below if (path := browsers.get(item.pid)) and _parent(item) not in browsers]
        self.profiles.update(dict.fromkeys(accept_any))
        self.clashes.update({path: None for path in accept_any if accept_any.count(path) > 1})
        self.most_browsers = max(self.most_browsers, len(accept_any))
        for path in accept_any:
            self.browser = self.browser or _version(path)

    def left(self) -> tuple[str, ...]:
        """Return the names of what still runs a while after the end. Blocking."""
        _, alive = psutil.wait_procs([item for item in self._below if is_alive(item)], timeout=_LEAVE_S)
        return tuple(f"process {process.pid}" for process in alive if is_alive(process))


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedCommand:
    """A run to observe.

    Attributes:
        words: The command line after the program's name.
        environment: Settings beside those of our own environment.
        sheet: The spreadsheet among the words.
        out: The output folder.
        truth: The expected result of each order, by key; empty if unknown.
        harm: Called once, when the first order is finished.
        within_s: After so long it is ended.
    """

    words: Sequence[str]
    environment: Mapping[str, str]
    sheet: Path
    out: Path
    truth: Mapping[str, ExpectedOrder] = field(default_factory=dict)
    harm: Callable[[], Awaitable[None]] | None = None
    within_s: float = 600.0


async def watch(job: ObservedCommand) -> ObservedRun:
    """Run the program, observe it, then read what it left.

    Its stdin stays open and silent, so that a question would make it wait for ever and be noticed.
    """
    log = job.out / "run.log"
    before = len(_text(log))
    command = [sys.executable, "-m", "coupa_async", *job.words]
    with TemporaryFile() as said:
        env = {**os.environ, **job.environment}
        async with await anyio.open_process(command, stdout=said, stderr=said, env=env) as process:
            looking = RunObserver(psutil.Process(process.pid))
            try:
                with anyio.move_on_after(job.within_s):
                    await _look_on(process, looking, job, log, before)
            finally:
                code = process.returncode
                if code is None:
                    process.terminate()
                    await cleanup("the run", process.wait, within_s=_END_S)
        said.seek(0)
        text = said.read().decode(errors="replace")
    return ObservedRun(
        command=_typed(job),
        exit_code=code,
        said=text,
        log=tuple(json.loads(line) for line in _text(log)[before:].splitlines()),
        audits=await to_thread.run_sync(_audits, job),
        profiles=tuple(looking.profiles),
        clashes=tuple(looking.clashes),
        most_browsers=looking.most_browsers,
        left=await to_thread.run_sync(looking.left),
        browser=looking.browser,
    )


async def _look_on(process: Process, looking: RunObserver, job: ObservedCommand, log: Path, before: int) -> None:
    """Look at a run until it ends; once its first order has ended, do the harm that belongs to it."""
    harm = job.harm
    while process.returncode is None:
        await to_thread.run_sync(looking.look)
        if harm is not None and '"OrderFinished"' in (await to_thread.run_sync(_text, log))[before:]:
            await harm()
            harm = None
        await anyio.sleep(_LOOK_S)


def _audits(job: ObservedCommand) -> tuple[OrderAudit, ...]:
    if not (job.out / FILE_NAME).exists():
        return ()
    orders = read_worklist(job.sheet, WorklistOptions(), fresh=True).orders
    with Journal(job.out / FILE_NAME) as journal:
        return audit(orders, journal, job.out, job.truth)


def _typed(job: ObservedCommand) -> str:
    """Return a run as a person would type it, without secrets."""
    settings = [f"{name}={quote(value)}" for name, value in job.environment.items() if "PASSWORD" not in name]
    return " ".join([*settings, "python", "-m", "coupa_async", *map(quote, job.words)])


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _profile(process: psutil.Process) -> Path | None:
    """Return the user-data directory of a browser's main process; ``None`` of any other process."""
    try:
        # Chromium writes its children's command lines as one text, others word by word.
        words = process.cmdline()
    except psutil.Error:
        return None
    if any("--type=" in word for word in words):
        return None
    return next((Path(word.removeprefix(_DATA_DIR)) for word in words if word.startswith(_DATA_DIR)), None)


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.Error:
        return 0


def _version(profile: Path) -> str:
    """Read the version that a browser notes in its profile."""
    try:
        return (profile / "Last Version").read_text(encoding="ascii").strip()
    except OSError:
        return ""
