"""Our stdout and stderr, whose reader may leave early."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, TextIO


class _Patient:
    """A stream that becomes silent when its reader leaves, as ``| head`` or a closed terminal does."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, unless the reader has left."""
        try:
            return self._stream.write(text)
        except OSError:
            self._let_go()
            return len(text)

    def flush(self) -> None:
        """Flush, unless the reader has left."""
        try:
            self._stream.flush()
        except OSError:
            self._let_go()

    def _let_go(self) -> None:
        # What is still in the buffer, and what Python flushes at exit, goes there.
        no_other_tab = os.open(os.devnull, os.O_WRONLY)
        os.dup2(no_other_tab, self._stream.fileno())
        os.close(no_other_tab)


@contextmanager
def patient_streams() -> Iterator[None]:
    """Let the reader of our output leave early while the block runs. The exit code is still right."""
    with Path(os.devnull).open("w", encoding="utf-8") as no_other_tab:  # for a stream that was closed before we began
        out: Any = _Patient(sys.stdout or no_other_tab)
        err: Any = _Patient(sys.stderr or no_other_tab)
        with redirect_stdout(out), redirect_stderr(err):
            yield
            out.flush()
            err.flush()
