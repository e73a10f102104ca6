"""The storage-state file, in Playwright's JSON, so that both backends can use one sign-in."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coupa_async.domain.errors import SettingsError
from coupa_async.ports import Cookie
from coupa_async.runtime.temporary_files import staged


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
    return [
        Cookie(
            name=item["name"],
            value=item["value"],
            domain=item["domain"],
            path=item.get("path", "/"),
            expires_s=item["expires"] if item.get("expires", -1) > 0 else None,
            http_only=item.get("httpOnly", False),
            secure=item.get("secure", False),
            same_site=item.get("sameSite", "Lax"),
        )
        for item in _load(path)["cookies"]
    ]


def _load(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _ = state["cookies"]
    except (ValueError, LookupError, TypeError) as error:
        raise SettingsError(f"{path} is not a storage state: delete it, and the next run signs in anew") from error
    return state
