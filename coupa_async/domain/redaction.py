"""Removes secrets from texts of the tenant and of libraries.

Of the parameters of an address only those stay that are known to be harmless. All patterns take linear time, because
every line of the log passes through here, and anybody may have written what is in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

HIDDEN = "***"

# Parameters that say which thing is meant and never who may see it, and what their values may look like.
_HARMLESS = frozenset(("id", "version", "page", "per_page", "tab", "lang", "locale", "format", "order"))
_HARMLESS_VALUE = re.compile(r"[A-Za-z]{1,12}|\d{1,18}|[a-z]{2}[-_][A-Za-z]{2}")
# Names of secrets that may be told, and help whoever looks for a cause. Any other name may be a secret itself.
_TOLD = frozenset(("supplier_view_key", "samlresponse", "relaystate", "access_token", "id_token", "code", "state"))
# Parts of a name that make its value a secret wherever it stands, also outside an address.
_SECRET_WORDS = (
    *("token", "secret", "signature", "ticket", "saml", "relaystate", "passw", "pwd", "credential", "apikey"),
    *("api_key", "api-key", "view_key", "x-amz-", "x-goog-", "csrf", "nonce", "cookie", "authorization", "jwt"),
)
_SECRET_NAMES = frozenset(
    ("sig", "code", "state", "key", "auth", "pass", "sid", "sessionid", "jsessionid", "phpsessid")
)
_FIELDS = ("cookie", "authorization", "password", "passwd")

_ADDRESS = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z0-9+.-]+)://([^\s\"<>]*)")
_HOST = re.compile(r"[^:@]*(?::\d*)?|\[[^\]@]*\](?::\d*)?")
_QUERY = re.compile(r"(?<=[^\s?])\?([^\s\"<>?]+)")
_FIELD = re.compile(
    rf"((?:{'|'.join(_FIELDS)})\\?[\"']?\s?[:=]\s?\\?)(?:\"([^\"\n]*)|'([^'\n]*)|([^\n\"]*))", re.IGNORECASE
)
_ASSIGNED = re.compile(r"(?<![\w.%-])([\w.%-]+)=([^\s&;\"',]+)")
_KEY = re.compile(r"[0-9A-Fa-f-]{24,}|(?=[^/]*[0-9])(?=[^/]*[A-Z])(?=[^/]*[a-z])[\w~=+%-]{32,}|eyJ[\w.~=+-]{16,}")
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{10,}\.[\w.-]+")
_CLOSING = ".,;:!?)]}'&"
_MARKS = ("://", "?", "=", "eyJ")


def redacted(text: str) -> str:
    """Remove tickets, signatures, view keys, tokens, cookies and passwords from a text.

    An address keeps its scheme, host, port and path. User information goes; of its parameters those stay that are
    known to be harmless; a fragment goes; a part of its path goes if it looks like a key.
    """
    # Asked of every line of the log, and hardly ever there: the patterns alone would take twenty times as long.
    if not any(mark in text for mark in _MARKS) and not _names_field(text):
        return text
    if "://" in text:
        text = _ADDRESS.sub(_address, text)
    if "?" in text:
        text = _QUERY.sub(_query, text)
    if _names_field(text):
        text = _FIELD.sub(_field, text)
    if "=" in text:
        text = _ASSIGNED.sub(_assigned, text)
    return _JWT.sub(HIDDEN, text) if "eyJ" in text else text


def redacted_values(values: Mapping[str, object]) -> dict[str, object]:
    """Remove the same from all texts of a record, and of the records in it."""
    return {name: _value(value) for name, value in values.items()}


def _value(value: object) -> object:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return redacted_values(value)
    if isinstance(value, list | tuple):
        return [_value(part) for part in value]
    return value


def _names_field(text: str) -> bool:
    plain = text.casefold()
    return any(field in plain for field in _FIELDS)


def _address(match: re.Match[str]) -> str:
    scheme, rest = match[1], match[2]
    bare = rest.rstrip(_CLOSING)
    closing = rest[len(bare) :]
    before, mark, after = _split(bare)
    authority, slash, path = before.partition("/")
    host = authority.rpartition("@")[2]
    if "@" in path and not _HOST.fullmatch(host):  # a slash in a password
        authority, slash, path = before.rpartition("@")[2].partition("/")
        host = authority
    shown = "/".join(_segment(segment) for segment in path.split("/"))
    return f"{scheme}://{host}{slash}{shown}{_rest(mark, after)}{closing}"


def _split(address: str) -> tuple[str, str, str]:
    """Cut an address before its query or its fragment, whichever comes first."""
    at = min((at for at in (address.find("?"), address.find("#")) if at >= 0), default=-1)
    return (address, "", "") if at < 0 else (address[:at], address[at], address[at + 1 :])


def _segment(segment: str) -> str:
    name, mark, _ = segment.partition(";")
    return (HIDDEN if _KEY.fullmatch(name) else name) + (f";{HIDDEN}" if mark else "")


def _query(match: re.Match[str]) -> str:
    bare = match[1].rstrip(_CLOSING)
    closing = match[1][len(bare) :]
    return (_rest("?", bare) if "=" in bare else f"?{bare}") + closing


def _rest(mark: str, after: str) -> str:
    """Return what stays of a query or a fragment."""
    if mark == "#":
        return f"#{HIDDEN}" if after else ""
    query, _, fragment = after.partition("#")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    # Each once, in their order: of what is hidden not even the number is told.
    shown = "&".join(dict.fromkeys(_parameter(name, value) for name, _, value in pairs))
    return (f"?{shown}" if shown else "") + (f"#{HIDDEN}" if fragment else "")


def _parameter(name: str, value: str) -> str:
    plain = name.casefold()
    if plain in _HARMLESS and _HARMLESS_VALUE.fullmatch(value):
        return f"{name}={value}"
    return f"{name}={HIDDEN}" if plain in _TOLD else HIDDEN


def _field(match: re.Match[str]) -> str:
    """Hide a header's whole value; of a password the one word, for the sentence goes on after it."""
    name = match[1]
    if match[2] is not None or match[3] is not None:
        return f"{name}{match[0][len(name)]}{HIDDEN}"
    value = match[4]
    if not value.strip() or not name.casefold().startswith("pass"):
        return f"{name}{HIDDEN}" if value.strip() else match[0]
    _, space, rest = value.partition(" ")
    return f"{name}{HIDDEN}{space}{rest}"


def _assigned(match: re.Match[str]) -> str:
    name = match[1].casefold()
    is_secret = name in _SECRET_NAMES or name.endswith("session") or any(word in name for word in _SECRET_WORDS)
    return f"{match[1]}={HIDDEN}" if is_secret else match[0]
