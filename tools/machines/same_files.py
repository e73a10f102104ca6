"""``python -m tools.machines.same_files FOLDER``: the demo on the browser in FOLDER and on this machine's."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_OURS = ("input", "snapshots", "journal.sqlite3", "report.html", "run.log", "sample.xlsx", ".coupa-async.lock")


def main(other: Path) -> int:
    """Run the demo four times and compare.

    Returns:
        0 if all have the same files, byte for byte; else 1.
    """
    second = {"COUPA_CHANNEL": "chromium", "COUPA_BROWSER_PATH": str(other / "chromium")}
    second["COUPA_DRIVER_PATH"] = str(other / "chromedriver")
    version = subprocess.run(
        [other / "chromium", "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    print(f"the second browser is {version}")
    found: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for browser, environment in (("this machine's browser", {}), ("the second browser", second)):
            for backend in ("playwright", "selenium"):
                out = Path(folder) / f"{len(found)}"
                words = ["demo", "--backend", backend, "--lane", "browser", "--workers", "2", "-o", str(out)]
                command = [sys.executable, "-m", "coupa_async", *words]
                done = subprocess.run(
                    command, env=os.environ | environment, capture_output=True, text=True, check=False
                )
                if done.returncode != 1:  # some orders of the sample fail on purpose
                    raise SystemExit(f"{backend} on {browser}: exit code {done.returncode}\n{done.stderr}")
                found[f"{backend} on {browser}"] = _tree(out)
    first = next(iter(found.values()))
    for name, tree in found.items():
        differing = sorted(path for path in first.keys() | tree.keys() if first.get(path) != tree.get(path))
        print(f"{name}: {len(tree)} files, {'the same' if not differing else f'differing: {differing}'}")
    return 0 if first and all(tree == first for tree in found.values()) else 1


def _tree(out: Path) -> dict[str, str]:
    """Tell the files of the orders, with their digests."""
    files = (path for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] not in _OURS)
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
