"""Who may use the page: one-time tokens, the cookie that they are changed for, and what a request must show.

Cookies do not know ports: one of ``127.0.0.1:1`` goes to ``127.0.0.1:2`` as well. So all of the page is below a path
that nobody can guess, and the cookie is for that path only: no other program on this machine is ever sent it.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from coupa_async.services.languages.catalogue import mark

_TOKEN_S = 600.0
_WAITING = 20
COOKIE = "coupa_async"
_SAFE = frozenset({"GET", "HEAD"})
_FROM_HERE = frozenset({"", "same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: an HTTP status and one sentence."""

    status: int
    text: str


WRONG_HOST = Refusal(421, mark("This address is not the one that coupa-async is at."))
WRONG_ORIGIN = Refusal(403, mark("Another page asked for this. Only coupa-async's own page may."))
NOT_LET_IN = Refusal(
    403, mark("This window was not let in. Close it and start coupa-async app again: it opens a new one.")
)
USED_TOKEN = Refusal(403, mark("This address has been used. Start coupa-async app again: it opens a new window."))


@dataclass(slots=True)
class Access:
    """What lets a window in.

    Attributes:
        host: The only ``Host`` that is answered, with its port.
        base: The path that everything is below.
        session: The value of the cookie.
        csrf: What every form sends along.
        start_key: What another start of the program shows to be given a token; it stands in a file of the user's.
    """

    host: str
    clock: Callable[[], float] = time.monotonic
    base: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(12)}")
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    start_key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _tokens: dict[str, float] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The page's origin."""
        return f"http://{self.host}"

    @property
    def _another(self) -> str:
        return f"{self.base}/another"

    def address(self) -> str:
        """Return an address that lets one window in, once, within ten minutes."""
        token = secrets.token_urlsafe(32)
        while len(self._tokens) >= _WAITING:
            self._tokens.pop(next(iter(self._tokens)))
        self._tokens[token] = self.clock() + _TOKEN_S
        return f"{self.origin}{self.base}/enter?token={token}"

    def enter(self, token: str) -> bool:
        """Use a token up. Returns whether it was one that had not been used."""
        found = next((known for known in self._tokens if hmac.compare_digest(known.encode(), token.encode())), None)
        return found is not None and self._tokens.pop(found) >= self.clock()

    def cookie(self) -> str:
        """Return the ``Set-Cookie`` header of a window that was let in."""
        return f"{COOKIE}={self.session}; Path={self.base}/; HttpOnly; SameSite=Strict"

    def is_form_of_ours(self, sent: str) -> bool:
        """Return whether a form, or a script's request, came from one of our pages."""
        return hmac.compare_digest(sent.encode(), self.csrf.encode())

    def refuse(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Decide whether a request is answered.

        Args:
            method: Its method.
            path: Its path.
            headers: By name, in lower case.
        """
        if headers.get("host", "") != self.host:
            return WRONG_HOST
        is_entry = path == f"{self.base}/enter" and method == "GET"
        origin = headers.get("origin", "" if method in _SAFE else "none")
        if origin not in ("", self.origin) and not self._is_second_start(path, headers):
            return WRONG_ORIGIN
        if not is_entry and headers.get("sec-fetch-site", "") not in _FROM_HERE:
            return WRONG_ORIGIN
        if is_entry or self._is_second_start(path, headers):
            return None
        if path == self._another:  # a window has no use for it
            return NOT_LET_IN
        if not path.startswith(f"{self.base}/") or not self._has_cookie(headers.get("cookie", "")):
            return NOT_LET_IN
        return None

    def _is_second_start(self, path: str, headers: Mapping[str, str]) -> bool:
        shown = headers.get("authorization", "").removeprefix("Bearer ")
        return path == self._another and hmac.compare_digest(shown.encode(), self.start_key.encode())

    def _has_cookie(self, header: str) -> bool:
        pairs = (pair.strip().partition("=") for pair in header.split(";"))
        return any(
            name == COOKIE and hmac.compare_digest(value.encode(), self.session.encode()) for name, _, value in pairs
        )
