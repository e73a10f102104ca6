"""Exit codes of errors: ``docs/reference/outcomes.md``, "Exit codes"."""

from __future__ import annotations

from coupa_async.domain.errors import InputError, ProgramError, SignInError

BUG = 70  # EX_SOFTWARE of sysexits.h


def exit_code(error: Exception) -> int:
    """Return the exit code for the error that ended a command."""
    match error:
        case InputError():
            return 2
        case SignInError():
            return 3
        case ProgramError():
            return BUG
    return 4
