"""Checks what a run needs. Each check says what it found and, if that is bad, what to do."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from coupa_async.domain.errors import CoupaError
from coupa_async.domain.redaction import redacted
from coupa_async.domain.totals.counts import counted
from coupa_async.services.profiles.locations import refuse_default

# What a browser takes on a tenant's pages, seen over whole runs; the memory guard replaces one that takes much more.
_BROWSER_BYTES = 400 * 2**20
_LEAST_FREE_BYTES = 200 * 2**20
_FREE_BYTES = 2 * 2**30
_PYTHON = (3, 11)


class Severity(StrEnum):
    """How a check came out. A NOTE stops nothing."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found.

    Attributes:
        name: What was checked.
        cure: What to do; empty where there is nothing to do.
    """

    name: str
    mark: Severity
    text: str
    cure: str = ""


def good(name: str, text: str) -> Finding:
    """Return a finding with nothing to mend."""
    return Finding(name=name, mark=Severity.GOOD, text=redacted(text))


def bad(name: str, text: str, cure: str) -> Finding:
    """Return a finding that keeps a run from starting."""
    return Finding(name=name, mark=Severity.BAD, text=redacted(text), cure=redacted(cure))


def note(name: str, text: str, cure: str) -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(name=name, mark=Severity.NOTE, text=redacted(text), cure=redacted(cure))


def python(running: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Check that this Python is new enough."""
    shown = ".".join(map(str, running))
    if running[:2] < _PYTHON:
        return bad("Python", shown, "install Python 3.11 or newer, and coupa-async with it")
    return good("Python", shown)


def packages(extra: str = "", *, of: str = "coupa-async", lookup: Callable[[str], str] = version) -> Finding:
    """Check that every package is installed, those of an extra too. Blocking."""
    told = [require.partition(";") for require in requires(of) or []]
    wanted = [text for text, _, marker in told if not marker or (extra and f"'{extra}'" in marker.replace('"', "'"))]
    names = [_name(text) for text in wanted]
    missing = []
    for name in names:
        try:
            lookup(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        suffix = f"[{extra}]" if extra else ""
        return bad("packages", f"these are not installed: {', '.join(missing)}", f"pip install '{of}{suffix}'")
    return good("packages", f"all {len(names)} are there")


def profiles(root: Path) -> Finding:
    """Check that browser profiles can be kept. Blocking."""
    try:
        refuse_default(root)
    except CoupaError as error:
        return bad("profiles", str(error), "unset what makes it so: XDG_DATA_HOME on Linux")
    return _writable("profiles", root, "free it, or give your account the right to write there")


def output(folder: Path) -> Finding:
    """Check that the output folder takes files, without making it. Blocking."""
    return _writable("output", folder, "choose another folder with -o or COUPA_OUTPUT_DIR")


def disk(folder: Path, *, usage: Callable[[Path], object] = shutil.disk_usage) -> Finding:
    """Check that there is room for files. Blocking."""
    free = int(getattr(usage(_nearest(folder)), "free", 0))
    text = f"{free / 1e9:.1f} GB free for {folder}"
    if free < _LEAST_FREE_BYTES:
        return bad("disk", text, "free space, or choose another folder with -o")
    return (
        note("disk", text, "free some: thousands of orders may need more") if free < _FREE_BYTES else good("disk", text)
    )


def memory(room_bytes: int, workers: int | None, threshold: float) -> Finding:
    """Check how many browsers the memory allows. One always runs. ``None`` asks for as many as are best."""
    allowed = max(1, room_bytes // _BROWSER_BYTES)
    enough = counted(allowed, "worker")
    asked = workers or "auto"
    text = f"{room_bytes / 1e9:.1f} GB until {threshold:.0%} is in use: enough for {enough}, {asked} asked for"
    if workers is not None and allowed < workers:
        return note("memory", text, f"--workers {allowed}, or close other programs; the run would use fewer by itself")
    return good("memory", text)


def long_paths(folder: Path, *, platform: str = sys.platform, enabled: Callable[[], bool] | None = None) -> Finding:
    """Check whether Windows takes paths over 260 characters, which deep folders need. Blocking."""
    if platform != "win32":
        return good("long paths", "this system takes them")
    if (enabled or _long_paths_enabled)():
        return good("long paths", "Windows takes them")
    return note(
        "long paths",
        f"off in Windows; {folder} leaves {max(0, 259 - len(str(folder)))} characters for folders and names",
        "choose a short folder such as C:\\PO, or have your administrator set LongPathsEnabled=1",
    )


def _writable(name: str, folder: Path, cure: str) -> Finding:
    nearest = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        return bad(name, f"{folder}: {error.strerror or error}", cure)
    return good(name, str(folder) if nearest == folder else f"{folder} can be made")


def _nearest(folder: Path) -> Path:
    """Return the nearest folder above that exists."""
    return next(item for item in (folder.absolute(), *folder.absolute().parents) if item.exists())


def _name(requirement: str) -> str:
    end = next((at for at, char in enumerate(requirement) if not (char.isalnum() or char in "-_.")), len(requirement))
    return requirement[:end]


def _long_paths_enabled() -> bool:
    if sys.platform != "win32":
        return True
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False  # not set: off
