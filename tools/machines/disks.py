"""``python -m tools.machines.disks``: storage, journal, the kill sweep and the demo on disks that other systems have.

Root on Linux mounts them: exFAT, as on memory sticks, and NTFS with ``ignore_case``, as on Windows, both by FUSE and
case-insensitive; then a disk that fills up. Exit code 1 if anything is not right there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_PACKAGES = {"mount.exfat-fuse": "exfat-fuse", "mkfs.exfat": "exfatprogs", "lowntfs-3g": "ntfs-3g"}
_SIZE_BYTES = 400 << 20
_TESTS = (
    "tests/services/files",
    "tests/services/records/test_database.py",
    "tests/services/records/test_journal.py",
    "tests/services/records/test_history.py",
    "tests/services/collection/saving/test_recorder.py",
    "tests/services/spreadsheet/test_write_results.py",
)


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system.

    Attributes:
        make: The command that formats an image, without the image.
        mount: The command that mounts a device, without device and folder.
    """

    name: str
    make: tuple[str, ...]
    mount: tuple[str, ...]


DISKS = (
    Disk("exfat", ("mkfs.exfat",), ("mount.exfat-fuse",)),
    Disk("ntfs", ("mkntfs", "-F", "-Q", "-q"), ("lowntfs-3g", "-o", "ignore_case,windows_names")),
)


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    """Do what the words say; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.machines.disks", description=__doc__)
    parser.add_argument("--points", type=int, default=50, help="kills on each disk (50)")
    parser.add_argument("--demo", default="--backend playwright --lane auto", help="words for the demo; empty for none")
    given = parser.parse_args(words)
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        say("only root on Linux mounts file systems")
        return 2
    _install()
    bad = []
    for disk in DISKS:
        with _mounted(disk) as folder:
            bad += [f"{disk.name}: {name}" for name, is_well in _try(folder, given.points, given.demo) if not is_well]
    if not _run("a disk that fills up", _pytest("tests/e2e/interrupted/test_full_disk.py", "-k", "double")):
        bad.append("a disk that fills up")
    for text in [f"NOT RIGHT: {item}" for item in bad] or ["all is right"]:
        say(text)
    return 1 if bad else 0


def _try(folder: Path, points: int, demo: str) -> Iterator[tuple[str, bool]]:
    yield "tests", _run(f"{folder.name}: tests", _pytest(*_TESTS, f"--basetemp={folder / 'tests'}"))
    sweep = [sys.executable, "-m", "tests.chaos", "sweep", "--backends", "double"]
    yield "sweep", _run(f"{folder.name}: kills", [*sweep, "--points", str(points), "--disk", str(folder)])
    if demo:
        words = [sys.executable, "-m", "coupa_async", "demo", "-o", str(folder / "demo"), "--json", *demo.split()]
        # Some orders of the sample fail on purpose.
        yield "demo", _run(f"{folder.name}: demo", words, is_well=partial(_is_demo_well, folder / "demo"))


def _is_demo_well(out: Path, code: int) -> bool:
    return code == 1 and (out / "report.html").exists() and not list(out.rglob("*__WORK"))


def _pytest(*words: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]


def _run(title: str, command: Sequence[str], *, is_well: Callable[[int], bool] = lambda code: code == 0) -> bool:
    say(f"--- {title}")
    began_s = time.monotonic()
    code = subprocess.run(command, check=False).returncode
    say(f"--- {title}: exit code {code}, {time.monotonic() - began_s:.0f} s")
    return is_well(code)


def _install() -> None:
    missing = [package for command, package in _PACKAGES.items() if shutil.which(command) is None]
    if missing:
        subprocess.run(["apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
        command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _mounted(disk: Disk) -> Iterator[Path]:
    """Have an empty disk of a kind; gone after the block."""
    with tempfile.TemporaryDirectory(prefix="disk-") as home:
        image, folder = Path(home) / "image", Path(home) / disk.name
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(_SIZE_BYTES)
        subprocess.run([*disk.make, str(image)], check=True, capture_output=True)
        found = subprocess.run(["losetup", "-f", "--show", str(image)], check=True, capture_output=True, text=True)
        device = found.stdout.strip()
        try:
            subprocess.run([*disk.mount, device, str(folder)], check=True, capture_output=True)
            try:
                yield folder
            finally:
                subprocess.run(["umount", "-l", str(folder)], check=True)
        finally:
            subprocess.run(["losetup", "-d", device], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
