"""What a contributor is helped by: the targets of make, the hooks, the templates."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.docs.blocks import ROOT

_MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
_GITHUB = ROOT / ".github"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_make_help_lists_every_target_with_what_it_does() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", _MAKEFILE, re.MULTILINE)
    assert phony is not None
    command = ["make", "--no-print-directory", "help"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told = dict(re.findall(r"^([a-z-]+) +(\S.*)$", printed, re.MULTILINE))
    assert set(told) == set(phony[1].split())


def test_hooks_before_a_commit_are_the_projects_own_tools_and_fetch_nothing() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    told = {key: re.findall(rf"^[ -]+{key}: (.+)$", text, re.MULTILINE) for key in ("repo", "id", "entry", "language")}
    assert told["repo"] == ["local"]
    assert told["id"] == ["ruff-format", "ruff-check", "mypy"]
    assert all(entry.startswith(".venv/bin/") for entry in told["entry"])
    assert set(told["language"]) == {"system"}
    assert "://" not in text


def test_a_bug_report_asks_for_what_doctor_says_and_for_the_log() -> None:
    text = (_GITHUB / "ISSUE_TEMPLATE" / "bug_report.md").read_text(encoding="utf-8")
    assert "coupa-async doctor --json" in text
    assert "run.log" in text


def test_a_page_or_target_that_a_template_names_is_there() -> None:
    for template in _GITHUB.rglob("*.md"):
        text = template.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:docs|tests)/[\w/.-]+)`", text):
            assert (ROOT / name).is_file(), name
        for target in re.findall(r"`make ([a-z-]+)`", text):
            assert re.search(rf"^{target}:", _MAKEFILE, re.MULTILINE), target


@pytest.mark.parametrize("source", ["Makefile", ".ci/run", ".github/workflows/ci.yml", "tools/machines/disks.py"])
def test_a_test_that_a_tool_runs_is_there(source: str) -> None:
    for name in re.findall(r"\btests/[\w/]+(?:\.py)?", (ROOT / source).read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name
