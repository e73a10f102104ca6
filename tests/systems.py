"""What tests ask of the system that they run on."""

from __future__ import annotations

import sys

import pytest


def _is_wine() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    return hasattr(ctypes.windll.ntdll, "wine_get_version")


def not_on_wine(why: str) -> pytest.MarkDecorator:
    """Leave a test to real Windows: docs/guide/windows.md says what Wine cannot show."""
    return pytest.mark.skipif(_is_wine(), reason=f"Wine: {why}")


# filelock removes its file on Windows, where it may be open elsewhere no more; on POSIX that would let two hold it.
LOCKS = [] if sys.platform == "win32" else ["base.lock"]
