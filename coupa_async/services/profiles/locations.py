"""The folders of browsers' own profiles. These are never automated: ``docs/design/coupa-pages.md``, "Browsers"."""

from __future__ import annotations

import sys
from pathlib import Path

from coupa_async.domain.errors import ProfileError

_PLACES = {
    "linux": (
        *(f".config/microsoft-edge{channel}" for channel in ("", "-beta", "-dev", "-canary")),
        *(f".config/google-chrome{channel}" for channel in ("", "-beta", "-unstable", "-canary")),
        ".config/chromium",
        "snap/chromium/common/chromium",
        ".var/app/com.microsoft.Edge/config/microsoft-edge",
        ".var/app/com.google.Chrome/config/google-chrome",
        ".var/app/org.chromium.Chromium/config/chromium",
    ),
    "darwin": (
        *(f"Library/Application Support/Microsoft Edge{channel}" for channel in ("", " Beta", " Dev", " Canary")),
        *(f"Library/Application Support/Google/Chrome{channel}" for channel in ("", " Beta", " Dev", " Canary")),
        "Library/Application Support/Chromium",
    ),
    "win32": (
        *(f"AppData/Local/Microsoft/Edge{channel}/User Data" for channel in ("", " Beta", " Dev", " SxS")),
        *(f"AppData/Local/Google/Chrome{channel}/User Data" for channel in ("", " Beta", " Dev", " SxS")),
        "AppData/Local/Chromium/User Data",
    ),
}


def refuse_default(directory: Path, *, platform: str = sys.platform, home: Path | None = None) -> None:
    """Refuse a directory that is, or lies in, a browser's default user-data directory.

    Args:
        directory: Where a profile of ours would be.
        platform: As ``sys.platform`` tells it.
        home: The user's; ``None`` for that of whoever runs this.

    Raises:
        ProfileError: If it is one.
    """
    wanted = _parts(directory, platform)
    for place in _PLACES.get(platform, ()):
        default = _parts((home or Path.home()) / place, platform)
        if wanted[: len(default)] == default:
            raise ProfileError(
                f"{directory} is the browser's own profile: it is never automated; name it with EDGE_PROFILE_DIR to "
                "have it copied"
            )


def _parts(path: Path, platform: str) -> tuple[str, ...]:
    """Return the parts of a path for comparing: links are followed, and case is ignored where the system does so."""
    parts = path.resolve().parts
    return parts if platform == "linux" else tuple(part.casefold() for part in parts)
