"""What an error comes to for scripts: design §9."""

from __future__ import annotations

from coupa_async.domain.errors import InputError, ProgramError, SignInError

BUG = 70  # EX_SOFTWARE of sysexits.h


def exit_code(error: Exception) -> int:
    """Tell the exit code of what ended a command."""
    match error:
        case InputError():
            return 2
        case SignInError():
            return 3
        case ProgramError():
            return BUG
    return 4
