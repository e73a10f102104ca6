"""Bad input: one clear line, exit code 2, no traceback, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

BASE = "https://tenant.example.com"


def coupa(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coupa_async", *words]
    env = os.environ | {"COUPA_BASE_URL": BASE} | environment
    env = {name: value for name, value in env.items() if value}
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", env=env, cwd=folder, timeout=60, check=False
    )


# Looked for before anything is written, and not there on every machine.
SOME_BROWSER = {"COUPA_BROWSER_PATH": sys.executable}


def sheet(folder: Path) -> None:
    (folder / "orders.csv").write_text("PO_NUMBER\nPO1\n")


def no_column(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Name", "Amount"])
    book.save(folder / "orders.xlsx")


def not_a_workbook(folder: Path) -> None:
    (folder / "orders.xlsx").write_text("this is no workbook")


def a_file_in_the_way(folder: Path) -> None:
    sheet(folder)
    (folder / "out").write_text("")


@pytest.mark.parametrize(
    ("prepare", "words", "environment", "story"),
    [
        (sheet, ["run", "missing.xlsx"], {}, "missing.xlsx"),
        (no_column, ["run", "orders.xlsx"], {}, "PO_NUMBER"),
        (not_a_workbook, ["run", "orders.xlsx"], {}, "orders.xlsx"),
        (sheet, ["run", "orders.csv", "--base-url", "tenant"], {}, "is no address"),
        (sheet, ["run", "orders.csv"], {"COUPA_BASE_URL": "ftp://tenant"}, "is no address"),
        (sheet, ["run", "orders.csv"], {"COUPA_BASE_URL": ""}, "COUPA_BASE_URL"),
        (sheet, ["run", "orders.csv", "--nope"], {}, "--nope"),
        (sheet, ["run"], {}, "INPUT"),
        (sheet, ["run", "orders.csv", "--workers", "0"], {}, "workers"),
        (sheet, ["run", "orders.csv"], {"MAX_PARALLEL_WORKERS": "many"}, "workers"),
        (sheet, ["run", "orders.csv", "--backend", "netscape"], {}, "playwright"),
        (sheet, ["run", "orders.csv"], {"COUPA_BROWSER_PATH": "no-browser"}, "no-browser"),
        (
            sheet,
            ["run", "orders.csv"],
            {"EDGE_PROFILE_DIR": "no-profile", **SOME_BROWSER},
            "EDGE_PROFILE_DIR=no-profile",
        ),
        (sheet, ["run", "orders.csv", "--po-column", "Bestellung"], {}, "Bestellung"),
        (sheet, ["run", "orders.csv", "--folder-columns", "Region"], {}, "Region"),
        (a_file_in_the_way, ["run", "orders.csv", "-o", "out"], SOME_BROWSER, "out"),
        (sheet, ["dance"], {}, "dance"),
        (sheet, ["run", "."], {}, "folder"),
    ],
)
def test_bad_input_is_one_clear_line_and_nothing_written(
    tmp_path: Path, prepare: Callable[[Path], None], words: list[str], environment: dict[str, str], story: str
) -> None:
    prepare(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = coupa(tmp_path, *words, **environment)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert story in done.stderr
    assert done.stdout == ""
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_takes_no_files_is_told(tmp_path: Path) -> None:
    sheet(tmp_path)
    (tmp_path / "out").mkdir(mode=0o500)
    assert coupa(tmp_path, "run", "orders.csv", "-o", "out").returncode == 2


def test_help_and_version_answer_fast_and_well(tmp_path: Path) -> None:
    for words in (["--help"], ["--version"], ["run", "--help"], ["demo", "--help"]):
        done = coupa(tmp_path, *words)
        assert done.returncode == 0
        assert "coupa-async" in done.stdout
        assert done.stderr == ""
    assert coupa(tmp_path).returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_that_lacks_a_character_shows_another(tmp_path: Path, encoding: str) -> None:
    sheet(tmp_path)
    (tmp_path / "orders.csv").write_text("PO_NUMBER,<|>,Région\nPO1,,Łódź ✔\n", encoding="utf-8")
    for words in (["--help"], ["run", "orders.csv", "--dry-run"], ["run", "Łódź ✔.csv"]):
        done = coupa(tmp_path, *words, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert done.returncode == (2 if "Ł" in words[-1] else 0), done.stderr
        assert "Traceback" not in done.stderr
