"""The Python that runs this, copied for Linux machines without one: interpreter, library, and the system's it needs."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

_LEFT_OUT = (
    "__pycache__", "config-*", "dist-packages", "ensurepip", "idlelib", "lib2to3", "site-packages", "test", "tests",
    "tkinter", "_tkinter*", "turtle*", "_test*", "*.a",
)  # fmt: skip
# Every Linux has these, of at least the build machine's version; others might differ.
_OF_THE_SYSTEM = re.compile(r"^(ld-linux.*|lib(c|m|dl|rt|pthread|util|nsl|resolv|crypt)\.so.*|linux-vdso.*)$")
_LINK = re.compile(r"(?<!\S)(\S+) => (/\S+)")


def copy_python(folder: Path) -> list[str]:
    """Copy it. Blocking.

    Returns:
        What came along, with licences, a line each.

    Raises:
        SystemExit: If this is no Linux.
    """
    if sys.platform != "linux":
        raise SystemExit("the bundle for Linux is built on Linux")
    stdlib = Path(sysconfig.get_path("stdlib"))
    (folder / "bin").mkdir(parents=True)
    interpreter = folder / "bin" / "python3"
    shutil.copy2(Path(sys.executable).resolve(), interpreter)
    shutil.copytree(stdlib, folder / "lib" / stdlib.name, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=False)
    programs = [interpreter, *sorted((folder / "lib" / stdlib.name / "lib-dynload").glob("*.so"))]
    notes = bring_libraries(programs, folder / "lib", folder)
    licence = stdlib / "LICENSE.txt"
    if licence.exists():
        shutil.copy2(licence, folder / "LICENSE.txt")
    return [f"CPython {platform.python_version()}  PSF-2.0", *(note for note in notes if "libpython" not in note)]


def bring_libraries(programs: list[Path], place: Path, licences: Path) -> list[str]:
    """Copy what programs are linked to, beyond what every Linux has, and have them look there for it. Blocking.

    Returns:
        What came along, with licences, a line each.
    """
    libraries = {name: path for program in programs for name, path in _linked(program)}
    for name, path in libraries.items():
        shutil.copy2(path.resolve(), place / name)
    for program in [*programs, *(place / name for name in libraries)]:
        way = f"$ORIGIN/{os.path.relpath(place, program.parent)}"
        subprocess.run(["patchelf", "--set-rpath", way, str(program)], check=True)
    return [_origin(name, path, licences) for name, path in sorted(libraries.items())]


def _linked(program: Path) -> list[tuple[str, Path]]:
    said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    return [(name, Path(path)) for name, path in _LINK.findall(said) if not _OF_THE_SYSTEM.match(name)]


def _origin(name: str, path: Path, folder: Path) -> str:
    """Say which package of Debian a library is of, and take its licence along."""
    for place in dict.fromkeys(
        [path, path.resolve(), Path("/usr", *path.parts[1:]), Path("/", *path.resolve().parts[2:])]
    ):
        done = subprocess.run(["dpkg", "-S", str(place)], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            package = done.stdout.partition(":")[0]
            query = ["dpkg-query", "-W", "-f", "${Version}", package]
            version = subprocess.run(query, capture_output=True, text=True, check=False).stdout.split("\n")[0]
            text = Path("/usr/share/doc") / package / "copyright"
            if text.exists():
                shutil.copy2(text, folder / f"LICENSE.{package}.txt")
            return f"{name}  of Debian's {package} {version}  python/LICENSE.{package}.txt"
    return f"{name}  of the build machine"
