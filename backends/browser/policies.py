"""Whether an administrator forbids automation of browsers: the policy ``RemoteDebuggingAllowed``.

https://learn.microsoft.com/deployedge/microsoft-edge-policies#remotedebuggingallowed: if it is off, the browser starts
but never opens its debugging port, which looks like any other failed launch.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

POLICY = "RemoteDebuggingAllowed"
_FOLDERS = {"msedge": "/etc/opt/edge", "chrome": "/etc/opt/chrome", "chromium": "/etc/chromium"}
_KEYS = {"msedge": r"Software\Policies\Microsoft\Edge", "chrome": r"Software\Policies\Google\Chrome"}


def forbidding_policy(channel: str, *, root: Path = Path("/")) -> str:
    """Return where the policy is set to 0; empty if it is not.

    Args:
        channel: The browser's.
        root: Where the file system begins, for tests.
    """
    if sys.platform == "win32":
        return _in_registry(_KEYS.get(channel, ""))
    folder = root / _FOLDERS[channel].lstrip("/") / "policies" / "managed"
    for path in sorted(folder.glob("*.json")):
        try:
            policies = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # a policy file that the browser cannot read either says nothing
        if isinstance(policies, dict) and policies.get(POLICY) in (False, 0):
            return str(path)
    return ""


def _in_registry(key: str) -> str:
    if sys.platform != "win32" or not key:
        return ""
    import winreg

    for hive, name in ((winreg.HKEY_LOCAL_MACHINE, "HKLM"), (winreg.HKEY_CURRENT_USER, "HKCU")):
        try:
            with winreg.OpenKey(hive, key) as opened:
                value, _ = winreg.QueryValueEx(opened, POLICY)
        except OSError:
            continue  # not set
        if value == 0:
            return f"{name}\\{key}"
    return ""
