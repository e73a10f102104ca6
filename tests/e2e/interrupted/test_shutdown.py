"""R2: the real program told to end: what it leaves is true, nothing runs on, and the next run does the rest."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.chaos import harm
from tests.chaos.check import violations, violations_so_far
from tests.chaos.world import World, site, world

pytestmark = pytest.mark.timeout(240)
BACKENDS = [
    pytest.param("double"),
    pytest.param("playwright", marks=pytest.mark.browser),
    pytest.param("selenium", marks=pytest.mark.browser),
]


@pytest.fixture(scope="module")
def where() -> Iterator[dict[str, str]]:
    with site() as where:
        yield where


@pytest.fixture
def made(where: dict[str, str], request: pytest.FixtureRequest) -> Iterator[World]:
    """A world whose files take so long that some are always in hand."""
    with world(where, getattr(request, "param", "double"), load_orders=15) as made:
        made.ask("latency", {"file_latency_ms": 300})
        yield made
        made.ask("latency", {"file_latency_ms": 0})


def wait_until(is_so: Callable[[], object], *, within_s: float = 60.0) -> None:
    deadline_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline_s, "it never came"
        time.sleep(0.05)


def half_way(made: World) -> None:
    wait_until(lambda: len(made.settled()) >= 3)


def finish(made: World) -> None:
    """Run again: the rest is done, and all is as if nothing had been."""
    made.ask("latency", {"file_latency_ms": 0})
    assert made.start().wait(120) == 1
    assert violations(made) == []


@contextmanager
def in_terminal(made: World, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the program as the foreground job of a terminal of its own.

    Yields:
        The program, and the terminal's other end.
    """
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [*made.command, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=made.environment,
        cwd=made.root,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        yield program, ours
    finally:
        program.kill()
        program.wait()


def drained(ours: int, program: subprocess.Popen[bytes]) -> bytes:
    """Read what a terminal shows until its program ends, as a terminal does."""
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed: the program has ended
            program.wait(60)
            return shown
        shown += piece


@pytest.mark.parametrize("made", BACKENDS, indirect=True)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_first_signal_finishes_what_is_in_hand(made: World, number: signal.Signals, code: int) -> None:
    program = made.start()
    half_way(made)
    program.send_signal(number)
    assert program.wait(60) == code
    assert len(made.settled()) < len(made.truth)
    assert violations_so_far(made) == []
    assert not list(made.out.rglob("*__WORK"))
    finish(made)


@pytest.mark.parametrize("made", BACKENDS, indirect=True)
def test_the_second_signal_ends_it_at_once(made: World) -> None:
    made.ask("latency", {"file_latency_ms": 30_000})
    program = made.start()
    wait_until(lambda: [*made.out.rglob("*__WORK")])
    program.send_signal(signal.SIGINT)
    wait_until(lambda: "Draining" in (made.out / "run.log").read_text())
    assert program.poll() is None
    program.send_signal(signal.SIGINT)
    assert program.wait(25) == 130
    assert violations_so_far(made) == []
    finish(made)


@pytest.mark.parametrize("made", BACKENDS, indirect=True)
def test_ctrl_c_in_a_terminal_reaches_the_program_alone(made: World) -> None:
    with in_terminal(made) as (program, ours):
        half_way(made)
        below = [item for member in harm.staff(program.pid) for item in (member.browser, member.driver)]
        groups = {os.getpgid(item.pid) for item in below}
        assert len(groups) >= (0 if made.backend == "double" else 3)
        assert os.getpgid(program.pid) not in groups
        os.write(ours, b"\x03")
        drained(ours, program)
        assert program.returncode == 130
        os.close(ours)
    events = [json.loads(line)["message"] for line in (made.out / "run.log").read_text().splitlines()]
    assert "WorkerRestarting" not in events
    assert violations_so_far(made) == []
    assert not list(made.out.rglob("*__WORK"))
    finish(made)


@pytest.mark.parametrize("made", BACKENDS, indirect=True)
def test_a_terminal_that_is_closed_ends_it_in_order(made: World) -> None:
    with in_terminal(made) as (program, ours):
        half_way(made)
        os.close(ours)
        assert program.wait(60) == 129
    assert violations_so_far(made) == []
    finish(made)


@pytest.mark.parametrize("stream", ["stdout", "stderr", "both"])
def test_whoever_reads_along_may_leave_early(made: World, stream: str) -> None:
    made.ask("latency", {"file_latency_ms": 0})
    with subprocess.Popen(
        [*made.command, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=made.environment,
        cwd=made.root,
    ) as program:
        pipes: list[tuple[str, IO[bytes] | None]] = [("stdout", program.stdout), ("stderr", program.stderr)]
        for name, pipe in pipes:
            assert pipe is not None
            if stream in (name, "both"):
                pipe.close()
        assert program.wait(100) == 1
        left = [pipe.read() for _, pipe in pipes if pipe is not None and not pipe.closed]
    assert not any(b"Traceback" in text or b"BrokenPipe" in text for text in left)
    assert violations(made) == []


def test_streams_that_were_never_there_are_no_trouble(made: World) -> None:
    made.ask("latency", {"file_latency_ms": 0})
    words = " ".join(f"'{word}'" for word in [*made.command, "--json"])
    done = subprocess.run(["sh", "-c", f"exec {words} >&- 2>&-"], env=made.environment, cwd=made.root, check=False)
    assert done.returncode == 1
    assert violations(made) == []


def test_an_error_told_to_nobody_keeps_its_exit_code(made: World) -> None:
    with subprocess.Popen(
        [*made.command, "--workers", "none"], stderr=subprocess.PIPE, env=made.environment, cwd=made.root
    ) as program:
        assert program.stderr is not None
        program.stderr.close()
        assert program.wait(30) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_starts_ends_it_and_the_next_run_does_all(made: World, number: signal.Signals) -> None:
    program = made.start()
    wait_until(lambda: (made.out / "journal.sqlite3").exists())
    program.send_signal(number)
    assert program.wait(60) in (128 + number, -number)
    finish(made)


def test_a_second_run_on_one_output_folder_is_refused_and_changes_nothing(made: World) -> None:
    program = made.start()
    half_way(made)
    program.send_signal(signal.SIGSTOP)  # so that whatever changes is the second run's doing
    before = listing(made.out)
    second = subprocess.run(made.command, env=made.environment, cwd=made.root, capture_output=True, check=False)
    assert second.returncode == 2
    lines = second.stderr.decode().strip().splitlines()
    assert len(lines) == 1
    assert str(made.out) in lines[0]
    assert "another run" in lines[0]
    assert listing(made.out) == before
    program.send_signal(signal.SIGCONT)
    made.ask("latency", {"file_latency_ms": 0})
    assert program.wait(100) == 1
    assert violations(made) == []


def listing(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()}


# The program, to which somebody says Ctrl-C while it clears its browser profiles away.
INTERRUPTED = """
import os, signal, sys, time
from contextlib import contextmanager
from coupa_async.app.runs import run_orders
from coupa_async.cli.main import main

whole = run_orders.run_profiles

@contextmanager
def interrupted(*given, **named):
    with whole(*given, **named) as profiles:
        yield profiles
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.3)

run_orders.run_profiles = interrupted
sys.exit(main(sys.argv[1:]))
"""


def test_a_signal_while_profiles_are_cleared_away_costs_no_results(made: World) -> None:
    made.ask("latency", {"file_latency_ms": 0})
    command = [sys.executable, "-c", INTERRUPTED, *made.command[3:]]
    with (made.root / "said.txt").open("w") as said:
        done = subprocess.run(command, env=made.environment, stdout=said, stderr=said, cwd=made.root, timeout=100)
    assert done.returncode == 1
    assert violations(made) == []
