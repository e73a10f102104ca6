"""The program with a watch over its event loop: ``python -m tests.e2e.watched INTO WORD…``, words as for the program.

A thread asks the loop for a sign of life again and again. What takes it long is written down with where the loop was
meanwhile, and how much of that time its thread and the whole process computed: on a busy machine both wait unasked.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_EVERY_S, _LATE_S, _STALLED_S = 0.02, 0.1, 0.25
_STEP_BYTES = 10 * 2**20


class _Policy(asyncio.DefaultEventLoopPolicy):
    """Tells the watch of the loop that is made, and is otherwise as ever."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().new_event_loop()
        loop.call_soon(self._watch.begin, loop)
        return loop


class _Watch:
    def __init__(self) -> None:
        self.stalls: list[dict[str, Any]] = []
        self.growth: list[dict[str, Any]] = []

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch the loop of this thread."""
        watched = threading.get_ident()
        threading.Thread(target=self._watch, args=(loop, watched), daemon=True, name="watch").start()

    def _watch(self, loop: asyncio.AbstractEventLoop, watched: int) -> None:
        clock = time.pthread_getcpuclockid(watched)
        while not loop.is_closed():
            answered = threading.Event()
            at = datetime.now(UTC).isoformat()
            self._weigh(at)
            began_s, loop_s, all_s = time.perf_counter(), time.clock_gettime(clock), time.process_time()
            try:
                loop.call_soon_threadsafe(answered.set)
            except RuntimeError:
                return  # it has just been closed
            where = ""
            if not answered.wait(_LATE_S):
                frame = sys._current_frames().get(watched)
                where = "".join(traceback.format_stack(frame)[-6:]) if frame is not None else ""
                while not answered.wait(1) and not loop.is_closed():
                    pass
            took_s = time.perf_counter() - began_s
            if took_s > _STALLED_S:
                computed = {"loop_s": time.clock_gettime(clock) - loop_s, "all_s": time.process_time() - all_s}
                self.stalls.append({"at": at, "seconds": took_s, **computed, "where": where})
            time.sleep(_EVERY_S)

    def _weigh(self, at: str) -> None:
        """Note when the process is larger than ever before, for who looks for the reason."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        size_bytes = pages * os.sysconf("SC_PAGE_SIZE")
        if not self.growth or size_bytes > self.growth[-1]["bytes"] + _STEP_BYTES:
            self.growth.append({"at": at, "bytes": size_bytes})


def _peak_bytes() -> int:
    """Read the most memory that this process ever had, as Linux counts it."""
    found = Path("/proc/self/status").read_text().partition("VmHWM:")[2]
    return int(found.split()[0]) * 1024


def _main(into: str, words: list[str]) -> int:
    from coupa_async.cli.main import main

    watch = _Watch()
    asyncio.set_event_loop_policy(_Policy(watch))
    try:
        return main(words)
    finally:
        Path(into).write_text(json.dumps({"peak_bytes": _peak_bytes(), "stalls": watch.stalls, "growth": watch.growth}))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2:]))
