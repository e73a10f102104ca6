"""The command line: finds the command, runs it, and turns errors into messages and exit codes."""

from __future__ import annotations

import io
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from textwrap import TextWrapper
from typing import Any

from coupa_async.app.exit_codes import BUG, exit_code
from coupa_async.cli import language
from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.display.fitting import wrapped
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.output import patient_streams
from coupa_async.domain.errors import CoupaError, InputError, UnexpectedError
from coupa_async.domain.redaction import redacted
from coupa_async.runtime.proxy_environment import keep_here_direct
from coupa_async.services.languages.catalogue import mark

_USAGE = mark("usage: coupa-async COMMAND …   (coupa-async COMMAND --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit code: ``docs/reference/outcomes.md``, "Exit codes".
    """
    keep_here_direct(os.environ)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console in cp1252 has no ✔, and a supplier's name may be anything
    with patient_streams():
        return _main(list(sys.argv[1:] if arguments is None else arguments))


def _main(words: list[str]) -> int:
    language.speak(language.language_of(words))
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    if not words or words[0] in ("-h", "--help"):
        print(_usage())  # noqa: T201 - the help is the answer
        return 0 if words else 2
    if words[0] == "--version":
        print(f"coupa-async {version('coupa-async')}")  # noqa: T201
        return 0
    try:
        return _run(words[0], words[1:])
    except CoupaError as error:
        _say(f"coupa-async: {as_typed(language.message(str(error)))}")
        return exit_code(error)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - a bug gets one line and a code of its own, no traceback
        _say(f"coupa-async: {UnexpectedError(error, _kept(error))}")
        return BUG


def _run(name: str, words: list[str]) -> int:
    if name not in COMMANDS:
        if nearest := get_close_matches(name, COMMANDS, 1):
            raise InputError(f"no command {name!r}: did you mean {nearest[0]}?")
        raise InputError(f"no command {name!r}: choose one of {', '.join(COMMANDS)}")
    from coupa_async.cli.command import read  # pydantic takes a tenth of a second, which --help need not wait for

    settings = read(name, words)
    language.speak(getattr(settings, "language", None) or language.language_of(words))
    module = import_module(f"coupa_async.cli.commands.{name}")
    import anyio

    command: Callable[[Any], Any] = getattr(module, name)
    for text in getattr(settings, "notes", ()) if not getattr(settings, "tells_notes", True) else ():
        _say(f"coupa-async: {as_typed(language.message(text))}")  # a command that shows nothing of its own before
    logging.captureWarnings(True)
    return int(anyio.run(command, settings, backend="asyncio"))


def _say(text: str) -> None:
    """Print a line for a person: on a terminal it is broken at spaces, and not within a word."""
    if sys.stderr.isatty():
        text = wrapped(text, shutil.get_terminal_size().columns)
    print(text, file=sys.stderr)  # noqa: T201


def _kept(error: Exception) -> str:
    """Save the traceback for a bug report.

    Returns:
        The file.
    """
    from coupa_async.app.configuration.user_folders import data_dir

    path = data_dir() / "last-error.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(redacted("".join(traceback.format_exception(error))), encoding="utf-8")
    return str(path)


def _usage() -> str:
    width = shutil.get_terminal_size().columns
    wrapper = TextWrapper(width, subsequent_indent=" " * 13, break_long_words=False, break_on_hyphens=False)
    lines = [wrapper.fill(f"  {name:<10} {language._(about)}") for name, (_, about) in COMMANDS.items()]
    return "\n".join([language._(_USAGE), "", *lines])
