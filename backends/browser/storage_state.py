"""The storage-state file, in Playwright's JSON, so that both backends can use one sign-in."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coupa_async.domain.errors import SettingsError
from coupa_async.ports import Cookie
from coupa_async.runtime.temporary_files import staged

_NO_YEAR_S = 1e11  # in the year 5138: no browser keeps a cookie for so long


def replace_private(path: Path, text: str) -> None:
    """Replace a file at once, readable for the user alone: other sessions read it while this one writes. Blocking."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with staged(path) as ours:
        handle = os.open(ours, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        ours.replace(path)


def write_state(path: Path, cookies: Sequence[Cookie], *, like: Path | None = None) -> None:
    """Write cookies as a storage state, whole or not at all. Blocking.

    Args:
        path: Where to.
        cookies: All of them.
        like: A storage state whose local storage is taken over; none if ``None`` or missing.
    """
    entries = [
        {
            "name": cookie.name,
            "value": cookie.value,
            "domain": cookie.domain,
            "path": cookie.path,
            "expires": -1 if cookie.expires_s is None else cookie.expires_s,
            "httpOnly": cookie.http_only,
            "secure": cookie.secure,
            "sameSite": cookie.same_site,
        }
        for cookie in cookies
    ]
    kept = _load(like).get("origins", []) if like is not None and like.exists() else []
    replace_private(path, json.dumps({"cookies": entries, "origins": kept}))


def read_state(path: Path) -> list[Cookie]:
    """Read the cookies of a storage state. Blocking.

    Raises:
        SettingsError: If it is no storage state.
    """
    with _readable(path):
        return [_cookie(item) for item in _load(path)["cookies"]]


def _cookie(item: dict[str, Any]) -> Cookie:
    cookie = Cookie(
        name=item["name"],
        value=item["value"],
        domain=item["domain"],
        path=item.get("path", "/"),
        expires_s=item["expires"] if 0 < item.get("expires", -1) < _NO_YEAR_S else None,
        http_only=bool(item.get("httpOnly", False)),
        secure=bool(item.get("secure", False)),
        same_site=item.get("sameSite", "Lax"),
    )
    texts = (cookie.name, cookie.value, cookie.domain, cookie.path, cookie.same_site)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a cookie's parts are texts")
    return cookie


def _load(path: Path) -> dict[str, Any]:
    with _readable(path):
        return dict(json.loads(path.read_text(encoding="utf-8")))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise SettingsError(f"{path} is not a storage state: delete it, and the next run signs in anew") from error
