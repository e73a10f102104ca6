"""Sign-in of a person by device code (RFC 8628): what the tenant answers, and when to ask again. Pure: no clock."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.api.answers import NotJsonError, Record, read_json, text
from coupa_async.domain.api.token import seconds

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL_S, _SHORTEST_S, _LONGEST_S = 5.0, 1.0, 60.0
_LASTS_S, _LASTS_MOST_S = 600.0, 3600.0
_ADDRESS_CHARS, _CODE_CHARS = 500, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """What a person needs, and what the program asks with meanwhile.

    Attributes:
        code: The secret that the program asks with.
        user_code: What the person types.
        address: Where.
        lasts_s: How long the person has.
        interval_s: Between two questions.
    """

    code: str
    user_code: str
    address: str
    lasts_s: float
    interval_s: float

    def __repr__(self) -> str:
        """Show all but the secret."""
        return f"DeviceCode(user_code={self.user_code!r}, address={self.address!r})"


def read_device_code(answer: str) -> DeviceCode | None:
    """Read a good answer of the device's endpoint; ``None`` if it lacks what is needed."""
    value = _record(answer)
    code, user_code = text(value, "device_code"), text(value, "user_code")
    address = text(value, "verification_uri_complete", "verification_uri", "verification_url")
    is_shown = all(told.isascii() and told.isprintable() for told in (user_code, address, code))
    if not (code and user_code and is_shown) or len(user_code) > _CODE_CHARS or len(address) > _ADDRESS_CHARS:
        return None
    if not address.startswith(("https://", "http://")):
        return None
    return DeviceCode(
        code=code,
        user_code=user_code,
        address=address,
        lasts_s=min(seconds(text(value, "expires_in"), _LASTS_S), _LASTS_MOST_S),
        interval_s=clamped(seconds(text(value, "interval"), _INTERVAL_S)),
    )


def next_interval_s(answer: str, interval_s: float) -> float | None:
    """Return how long to wait before the next question; ``None`` if the answer says more than to go on waiting."""
    match text(_record(answer), "error"):
        case "authorization_pending":
            return interval_s
        case "slow_down":
            return clamped(interval_s + _INTERVAL_S)
        case _:
            return None


def clamped(interval_s: float) -> float:
    """Return an interval within bounds: never a flood of questions, never minutes of silence."""
    return min(max(interval_s, _SHORTEST_S), _LONGEST_S)


def _record(answer: str) -> Record:
    try:
        value = read_json(answer)
    except NotJsonError:
        return {}
    return value if isinstance(value, dict) else {}
