"""The wheel, away from the checkout: all that a run needs is in it, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from fixtures.catalogue import Catalogue

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).parents[3]
PACKAGES = ("backends", "coupa_async", "fixtures")


def ask(*words: str | Path, cwd: Path, code: int = 0) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=cwd, timeout=100)
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    ask(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, cwd=folder)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel and our own one's libraries, but without the checkout.

    Python reads no ``.pth`` file in a folder that another ``.pth`` file names, so that of the checkout is left out.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    programs = home / "bin"
    ask(sys.executable, "-m", "pip", "--python", programs / "python", "install", "-q", "--no-deps", wheel, cwd=home)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return programs


def test_it_holds_the_three_packages_with_their_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    ours = {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}
    pages = [path for room in ("guide", "reference") for path in (ROOT / "docs" / room).glob("*.md")]
    assert held == ours | {f"coupa_async/web/documents/{path.parent.name}/{path.name}" for path in pages}


def test_the_demo_runs_from_it(installed: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    code = f"import {', '.join(PACKAGES)}; print({', '.join(f'{package}.__file__' for package in PACKAGES)})"
    assert ask(installed / "python", "-c", code, cwd=tmp_path).count(str(installed.parent)) == len(PACKAGES)
    assert ask(installed / "coupa-async", "--version", cwd=tmp_path).startswith("coupa-async ")
    told = json.loads(ask(installed / "coupa-async", "demo", "--lane", "auto", "--json", cwd=tmp_path, code=1))
    expected = Counter(order["outcome"] for order in catalogue.truth())
    assert told["outcomes"] == expected
