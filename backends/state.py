"""The storage-state file: Playwright's JSON, so that a sign-in made with one backend serves the other."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from coupa_async.ports import Cookie


def make_private(path: Path) -> None:
    """Make sure that a file is there and readable for the user alone, before anything is in it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    path.chmod(0o600)


def write_state(path: Path, cookies: Sequence[Cookie]) -> None:
    """Write cookies as a storage state. Blocking."""
    make_private(path)
    entries = [
        {
            "name": one.name,
            "value": one.value,
            "domain": one.domain,
            "path": one.path,
            "expires": -1 if one.expires_s is None else one.expires_s,
            "httpOnly": one.http_only,
            "secure": one.secure,
            "sameSite": one.same_site,
        }
        for one in cookies
    ]
    path.write_text(json.dumps({"cookies": entries, "origins": []}), encoding="utf-8")


def read_state(path: Path) -> list[Cookie]:
    """Read the cookies of a storage state. Blocking."""
    return [
        Cookie(
            name=one["name"],
            value=one["value"],
            domain=one["domain"],
            path=one.get("path", "/"),
            expires_s=one["expires"] if one.get("expires", -1) > 0 else None,
            http_only=one.get("httpOnly", False),
            secure=one.get("secure", False),
            same_site=one.get("sameSite", "Lax"),
        )
        for one in json.loads(path.read_text(encoding="utf-8"))["cookies"]
    ]
