"""The language of what a person reads in the terminal: one for the process, which does one person's command.

``run.log``, the journal, JSON, the names of outcomes and columns stay as they are, whatever the language.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from coupa_async.app.configuration.user_folders import user_file
from coupa_async.services.languages.catalogue import LANGUAGES, best_language, catalogue
from coupa_async.services.languages.messages import translated

FLAG = "--language"
VARIABLE = "COUPA_LANGUAGE"
_IN_ENV = re.compile(rb"^COUPA_LANGUAGE=[\"']?([A-Za-z-]{2,10})", re.MULTILINE)
_IN_TOML = re.compile(rb"^language = [\"']([A-Za-z-]{2,10})", re.MULTILINE)


class _Spoken:
    texts = catalogue("en")
    language = "en"


def speak(language: str) -> None:
    """Have all that follows be in a language of ``LANGUAGES``; in English if it is none of them."""
    _Spoken.language = language if language in LANGUAGES else "en"
    _Spoken.texts = catalogue(_Spoken.language)


def spoken() -> str:
    """Return the language."""
    return _Spoken.language


def language_of(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Tell the language before any setting is read: the flag's, the variable's, or the system's.

    Args:
        words: What was typed.
        environment: The variables.
    """
    for at, word in enumerate(words):
        if word == FLAG or word.startswith(f"{FLAG}="):
            return word.partition("=")[2] or "".join(words[at + 1 : at + 2])
    return environment.get(VARIABLE) or _of_files() or best_language(system_locale(environment))


def _of_files() -> str:
    """Look for the language in the files of settings. Whether these can be read at all is for others to say."""
    for path, line in ((Path(".env"), _IN_ENV), (Path("coupa.toml"), _IN_TOML), (user_file(), _IN_TOML)):
        if path.is_file() and (found := line.search(path.read_bytes())):
            return found[1].decode()
    return ""


def system_locale(environment: Mapping[str, str] = os.environ) -> str:
    """Return the name of the user's locale, such as ``pt_BR.UTF-8``; empty if none is set."""
    found = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if not found and sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return found


def _(text: str) -> str:
    """Translate a text of the catalogue."""
    return _Spoken.texts.gettext(text)


def ngettext(one: str, several: str, number: int) -> str:
    """Translate a text that has a number in it, and put the number there."""
    return _Spoken.texts.ngettext(one, several, number) % {"num": amount(number)}


def message(text: str) -> str:
    """Translate a message that the program has put together, as far as it is known."""
    return text if _Spoken.language == "en" else translated(text, _Spoken.texts)


def amount(value: float, digits: int = 0) -> str:
    """Write a number with the language's separators."""
    texts = _Spoken.texts
    marks = {",": texts.pgettext("thousands separator", ","), ".": texts.pgettext("decimal point", ".")}
    return "".join(marks.get(char, char) for char in f"{value:,.{digits}f}")


def orders(number: int) -> str:
    """Write so many orders."""
    return ngettext("%(num)s order", "%(num)s orders", number)


def files(number: int) -> str:
    """Write so many files."""
    return ngettext("%(num)s file", "%(num)s files", number)
