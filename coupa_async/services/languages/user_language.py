"""The language of whoever sits at the terminal, by what the system says of it."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping

from coupa_async.services.languages.catalogue import best_language

_NAMES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set stands, as POSIX has it


def user_language(environment: Mapping[str, str] = os.environ) -> str:
    """Choose one of ``LANGUAGES``.

    Args:
        environment: Where it is set. Where it is not, Windows is asked.
    """
    named = next((value for name in _NAMES if (value := environment.get(name))), "")
    return best_language(named or _of_windows())


def _of_windows() -> str:
    if sys.platform != "win32":
        return ""
    import ctypes

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
