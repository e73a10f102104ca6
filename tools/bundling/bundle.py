"""``python -m tools.bundling.bundle windows|linux [--python ZIP]``: the program with its own Python.

Makes ``dist/coupa-async-VERSION-SYSTEM`` as a zip or a tar, and writes its digest into ``dist/SHA256SUMS``. The same
inputs give the same bytes: entries are sorted, times are those of SOURCE_DATE_EPOCH, else of the beginning of 2020.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from importlib.metadata import version
from pathlib import Path

from coupa_async.cli.command_table import COMMANDS
from tools.bundling.bundle_packages import PYTHON, contents, gather
from tools.bundling.linux_python import bring_libraries, copy_python
from tools.bundling.windows_python import VERSION as WINDOWS_PYTHON
from tools.bundling.windows_python import unpack

ROOT = Path(__file__).parents[2]
_EPOCH_S = int(os.environ.get("SOURCE_DATE_EPOCH", "1577836800"))
# Nothing of the user's other Pythons is read, and what the program starts again by itself finds the same.
_SH = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export PYTHONPATH="$here/lib" PYTHONNOUSERSITE=1
unset PYTHONHOME PYTHONSTARTUP
exec "$here/python/bin/python3" -m coupa_async{words} "$@"
"""
_CMD = '@"%~dp0python\\python.exe" -m coupa_async{words} %*\r\n'
_PTH = "python311.zip\n.\n..\\lib\n"


def main() -> None:
    """Make a bundle."""
    parser = argparse.ArgumentParser(prog="python -m tools.bundling.bundle")
    parser.add_argument("system", choices=["windows", "linux"])
    parser.add_argument("--python", type=Path, help="python.org's embeddable zip of CPython 3.11, for Windows")
    given = parser.parse_args()
    machine = "amd64" if given.system == "windows" else platform.machine()
    name = f"coupa-async-{version('coupa-async')}-{given.system}-{machine}"
    (ROOT / "dist").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder) / name
        notes = _windows(stage, given.python) if given.system == "windows" else _linux(stage)
        packages = gather(stage / "lib", given.system)
        if given.system == "linux":
            node = stage / "lib" / "playwright" / "driver" / "node"
            notes += bring_libraries([node], node.parent, stage / "python")
        (stage / "CONTENTS.txt").write_text(contents(name, notes, packages), encoding="utf-8", newline="\n")
        _compile(stage, given.system)
        made = _zipped(stage) if given.system == "windows" else _tarred(stage)
    target = ROOT / "dist" / f"{name}{'.zip' if given.system == 'windows' else '.tar.gz'}"
    target.write_bytes(made)
    _note(target, hashlib.sha256(made).hexdigest())
    print(f"{target}: {len(made) / 1e6:.1f} MB")


def _windows(stage: Path, given: Path | None) -> list[str]:
    unpack(stage / "python", given)
    (stage / "python" / "python311._pth").write_text(_PTH, newline="\r\n")
    _launchers(stage, _CMD, ".cmd")
    return [f"CPython {WINDOWS_PYTHON}  PSF-2.0  python/LICENSE.txt has it whole, OpenSSL's and SQLite's among others"]


def _linux(stage: Path) -> list[str]:
    notes = copy_python(stage / "python")
    _launchers(stage, _SH, "")
    return notes


def _launchers(stage: Path, script: str, ending: str) -> None:
    """One for who types, and one for who clicks, as soon as there is a page to show."""
    names = {"coupa-async": ""} | ({"Coupa downloads": " app"} if "app" in COMMANDS else {})
    for name, words in names.items():
        path = stage / f"{name}{ending}"
        path.write_bytes(script.format(words=words).encode())
        path.chmod(0o755)


def _compile(stage: Path, system: str) -> None:
    """Compile beforehand what a read-only folder could never keep. Unchecked: a zip has no times to check by."""
    if system == "windows" and sys.version_info[:2] != PYTHON:
        raise SystemExit(f"make it with Python {PYTHON[0]}.{PYTHON[1]}, as the bundle has: others compile otherwise")
    words = ["-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash", "-s", str(stage), str(stage)]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([sys.executable, *words], check=False, env=environment)  # some files are templates, no Python


def _files(stage: Path) -> list[Path]:
    return sorted(path for path in stage.rglob("*") if path.is_file())


def _zipped(stage: Path) -> bytes:
    made, when = io.BytesIO(), time.gmtime(_EPOCH_S)[:6]
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in _files(stage):
            entry = zipfile.ZipInfo(path.relative_to(stage.parent).as_posix(), when)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, path.read_bytes())
    return made.getvalue()


def _tarred(stage: Path) -> bytes:
    made = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, made, _EPOCH_S) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for path in _files(stage):
            entry = tarfile.TarInfo(path.relative_to(stage.parent).as_posix())
            entry.size, entry.mtime = path.stat().st_size, _EPOCH_S
            entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            archive.addfile(entry, io.BytesIO(path.read_bytes()))
    return made.getvalue()


def _note(target: Path, digest: str) -> None:
    sums = target.with_name("SHA256SUMS")
    lines = sums.read_text().splitlines() if sums.exists() else []
    kept = [line for line in lines if line and not line.endswith(f"  {target.name}")]
    sums.write_text("".join(f"{line}\n" for line in sorted([*kept, f"{digest}  {target.name}"])))


if __name__ == "__main__":
    main()
