"""The packages of a bundle: our wheel and those that it needs, unpacked, with a list of them and their licences."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.pins import LOCK, is_pinned, pins

ROOT = Path(__file__).parents[2]
PYTHON = (3, 11)
# What markers of packages are read against; pip reads them against the machine that it runs on.
WINDOWS = {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "python_version": "3.11"}
_FOR_WINDOWS = [
    *("--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp"),
    *("cffi", "pycparser"),  # what trio needs on Windows alone
]


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel that went into a bundle."""

    name: str
    version: str
    licence: str
    sha256: str
    requires: tuple[str, ...]


def gather(lib: Path, system: str) -> list[Package]:
    """Unpack the wheels of a system into a folder. Blocking.

    Raises:
        SystemExit: If a package is missing that one of them needs there, or is not the one that was pinned.
    """
    pip = [sys.executable, "-m", "pip"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", folder, str(ROOT)], check=True)
        (ours,) = Path(folder).glob("*.whl")
        extra = _FOR_WINDOWS if system == "windows" else []
        words = ["download", "-q", "--only-binary=:all:", "-d", folder, "-c", str(ROOT / "constraints.txt")]
        subprocess.run([*pip, *words, f"{ours}[selenium]", *extra], check=True)
        theirs = [_unpack(wheel, lib) for wheel in sorted(Path(folder).glob("*.whl")) if wheel != ours]
        packages = [_unpack(ours, lib), *theirs]
    _check_digests(theirs)
    _check(packages, WINDOWS if system == "windows" else {})
    return sorted(packages, key=lambda package: package.name.lower())


def contents(name: str, notes: Sequence[str], packages: Sequence[Package]) -> str:
    """Tell what is in a bundle."""
    rows = [f"{package.name} {package.version}  {package.licence}  sha256 {package.sha256}" for package in packages]
    text = "Each package's licence stands whole in its folder lib/*.dist-info."
    return "\n".join([name, "", *notes, "", *rows, "", text, ""])


def _unpack(wheel: Path, lib: Path) -> Package:
    """Put a wheel's files where they are imported from; scripts and headers are left out."""
    about = ""
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            path = PurePosixPath(name)
            if name.endswith("/") or ".." in path.parts:
                continue
            if path.parts[0].endswith(".data"):
                if path.parts[1] not in ("purelib", "platlib"):
                    continue
                path = PurePosixPath(*path.parts[2:])
            target = lib / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
            if archive.getinfo(name).external_attr >> 16 & 0o100:
                target.chmod(0o755)
            if path.name == "METADATA" and len(path.parts) == 2:
                about = target.read_text(encoding="utf-8")
    fields = HeaderParser().parsestr(about)
    kinds = [item.rpartition(" :: ")[2] for item in fields.get_all("Classifier", []) if item.startswith("License ::")]
    licence = fields.get("License-Expression") or ", ".join(kinds) or (fields.get("License") or "").partition("\n")[0]
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requires = tuple(fields.get_all("Requires-Dist", []))
    return Package(fields["Name"], fields["Version"], licence or "see its files", digest, requires)


def _check_digests(packages: Sequence[Package]) -> None:
    known = pins(LOCK.read_text(encoding="utf-8"))
    if strange := [package.name for package in packages if not is_pinned(package.name, package.sha256, known)]:
        raise SystemExit(f"not the files of requirements.lock: {', '.join(strange)}")


def _check(packages: Sequence[Package], environment: dict[str, str]) -> None:
    here = {canonicalize_name(package.name) for package in packages}
    for package in packages:
        for text in package.requires:
            needed = Requirement(text)
            is_needed = needed.marker is None or needed.marker.evaluate({"extra": "", **environment})
            if is_needed and canonicalize_name(needed.name) not in here:
                raise SystemExit(f"{package.name} needs {needed} there, which is not in the bundle")
