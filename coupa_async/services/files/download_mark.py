"""Marks files as downloaded from the internet, as browsers do. Office and Gatekeeper look for the mark.

Windows keeps it in a stream beside the file's content, macOS in an extended attribute; Linux has none.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

_log = logging.getLogger(__name__)
_QUARANTINE = "com.apple.quarantine"
# Downloaded, and not yet opened: the flags that browsers set.
_FLAGS = "0081"

# Whether this system keeps such a mark: elsewhere no thread is asked for it.
HAS_MARKS = sys.platform in ("win32", "darwin")

SetAttribute = Callable[[Path, str, bytes], None]


def mark_as_downloaded(
    path: Path, url: str, *, platform: str = sys.platform, set_attribute: SetAttribute | None = None
) -> None:
    """Mark a file as downloaded. Blocking. Where the file system cannot keep the mark, that is logged.

    Args:
        path: The file.
        url: Where it came from; only its origin is kept, for the rest may let others in.
        platform: As ``sys.platform`` tells it.
        set_attribute: Sets an extended attribute, for tests.
    """
    try:
        if platform == "win32":
            parts = urlsplit(url)
            text = f"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl={parts.scheme}://{parts.netloc}/\r\n"
            Path(f"{path}:Zone.Identifier").write_bytes(text.encode())
        elif platform == "darwin":
            value = f"{_FLAGS};{int(time.time()):x};coupa-async;"
            (set_attribute or _set_attribute)(path, _QUARANTINE, value.encode())
    except OSError as error:
        _log.info("%s: its origin could not be marked: %s", path, error)


def _set_attribute(path: Path, name: str, value: bytes) -> None:
    """Set an extended attribute on macOS, where Python has no call for it: ``setxattr(2)``."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setxattr(os.fsencode(path), name.encode(), value, ctypes.c_size_t(len(value)), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
