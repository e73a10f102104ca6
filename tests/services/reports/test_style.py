"""One style for report, comparison and the app: said once, and in each of them as a file that works alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coupa_async.services.reports.report_page import report_page
from coupa_async.services.reports.style import base_style

ROOT = Path("coupa_async")
REPORT, APP = ROOT / "services/reports/assets/report.css", ROOT / "web/static/app.css"
COMPARISON = ROOT / "evaluation/report/page.html"
COLOURS = set(re.findall(r"(--\w+):", base_style()))


@pytest.mark.parametrize("path", [REPORT, APP, COMPARISON], ids=lambda path: path.name)
def test_a_colour_of_all_is_said_once(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not COLOURS & set(re.findall(r"(--\w+):", text))
    used = set(re.findall(r"var\((--[\w-]+)", text + base_style()))
    assert used - {"--colour"} <= COLOURS | set(re.findall(r"(--[\w-]+):", text))


def test_the_report_has_the_style_in_it_under_its_own_policy() -> None:
    page = report_page("x", {}, "en")
    assert base_style() in page
    assert "<link" not in page


def test_the_app_loads_it_before_its_own() -> None:
    text = (ROOT / "web/templates/base.html").read_text("utf-8")
    assert 0 < text.index("/static/base.css") < text.index("/static/app.css")
