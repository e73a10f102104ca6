"""A token of the API: how long it is used, and what an answer of the token endpoint says. Pure: no clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

from coupa_async.domain.api.answers import NotJsonError, read_json, text

_USED = 20 / 24  # of its life: whoever asks with it last still gets an answer
_USUAL_S = 86_399.0
_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token.

    Attributes:
        text: The token itself, a secret.
        got_s: When it was got, on the clock of whoever keeps it.
        lasts_s: How long it lasts.
        refresh: A secret that another token may be had for, without a person; empty if there is none.
        is_persons: Whether a person has signed in for it, and not the client by its own secret.
    """

    text: str
    got_s: float
    lasts_s: float
    refresh: str = ""
    is_persons: bool = False

    def is_good(self, now_s: float) -> bool:
        """Return whether it may still be used. One from the future is not: a clock was wrong then, or is now."""
        return 0 <= now_s - self.got_s < self.lasts_s * _USED

    def rest_s(self, now_s: float, *, rests_s: float) -> float:
        """Return how long to wait before its first use, where a fresh one rests for ``rests_s``."""
        return min(max(self.got_s + rests_s - now_s, 0.0), rests_s)

    def __repr__(self) -> str:
        """Show all but the secret."""
        return f"Token(got_s={self.got_s}, lasts_s={self.lasts_s})"


def read_token(answer: str, now_s: float) -> Token | None:
    """Read a good answer of the token endpoint; ``None`` if there is no token in it."""
    try:
        value = read_json(answer)
    except NotJsonError:
        return None
    found = text(value, "access_token") if isinstance(value, dict) else ""
    if not isinstance(value, dict) or not found or not found.isascii() or not found.isprintable():
        return None
    lasts_s = seconds(text(value, "expires_in"), _USUAL_S)
    return Token(text=found, got_s=now_s, lasts_s=lasts_s, refresh=text(value, "refresh_token"))


def seconds(told: str, usual_s: float) -> float:
    """Read a number of seconds; ``usual_s`` if it is none, or not above 0."""
    try:
        found = float(told[: _DIGITS * 2])
    except ValueError:
        return usual_s
    return found if math.isfinite(found) and found > 0 else usual_s
