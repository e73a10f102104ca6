"""Reads what others send in a separate process. Whatever that does to the process, the run goes on.

The process has a deadline that holds even while a library blocks the interpreter. It knows none of our settings, and it
answers in bytes, never in objects that could run code here.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import anyio
from anyio.lowlevel import RunVar

from coupa_async.runtime.processes import child_environment

_START_S = 20.0  # for Python itself to start, on a busy machine
_DETACHED, _NO_WINDOW = 0x00000200, 0x08000000  # Windows: a group of its own, which Ctrl-C does not reach; no console
_readers: RunVar[anyio.CapacityLimiter] = RunVar("_readers")


async def read_apart(
    module: str, arguments: Sequence[str], *, within_s: float, given: bytes = b""
) -> tuple[bytes, str]:
    """Run a module of ours, which calls :func:`answer`, in a process of its own.

    Args:
        module: Its full name.
        arguments: For its command line.
        within_s: What it gives :func:`answer`.
        given: What stands on its standard input.

    Returns:
        Its answer, and why there is none; one of them is empty.
    """
    late = f"it took over {within_s:.0f} s to read"
    async with _limiter():
        with anyio.move_on_after(within_s + _START_S) as deadline:
            done = await anyio.run_process(
                module_command(module, arguments),
                input=given,
                check=False,
                env=module_environment(),
                start_new_session=sys.platform != "win32",  # Ctrl-C is for us, who let it finish
                creationflags=_DETACHED | _NO_WINDOW if sys.platform == "win32" else 0,
            )
    if deadline.cancelled_caught:
        return b"", late
    if done.returncode == 0:
        return done.stdout, ""
    error_text = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return b"", error_text[:300] or late  # the deadline ends it without a word


def answer(
    read: Callable[[], bytes],
    *,
    within_s: float,
    known: tuple[type[Exception], ...],
    memory_bytes: int | None = None,
) -> int:
    """Be that process: write what ``read`` returns, or one line about the error that it raises.

    Args:
        read: Blocking.
        within_s: Seconds from now until the process ends, whatever it does.
        known: Errors whose message says enough.
        memory_bytes: What the process may take, where the system can hold it to that; Windows has the deadline alone.

    Returns:
        The exit code.
    """
    if memory_bytes is not None and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    errors: tuple[type[Exception], ...] = (*known, MemoryError, RecursionError)
    with Path(os.devnull).open("wb") as no_other_tab:
        # A thread in C: it ends us also while a library holds the interpreter, and when nobody waits for us any more.
        faulthandler.dump_traceback_later(within_s, exit=True, file=no_other_tab)
        try:
            data = read()
        except errors as error:
            sys.stderr.write(f"{error or type(error).__name__}\n")
            return 1
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    return 0


def _limiter() -> anyio.CapacityLimiter:
    """As many at once as there are processors: each keeps one busy."""
    try:
        return _readers.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(os.cpu_count() or 1)
        _readers.set(limiter)
        return limiter


def module_command(module: str, arguments: Sequence[str]) -> list[str]:
    """Return the command that runs a module of ours in a process of its own."""
    return [sys.executable, "-P", "-m", module, *arguments]


def module_environment() -> dict[str, str]:
    """Return the environment for it: it finds our modules and knows none of our settings."""
    return child_environment() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
