"""The whole catalogue, with its faults, through all backends and lanes at 1 and 3 workers: the same of everything."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from tests.e2e.conftest import Run, Site, cells, tree

pytestmark = [pytest.mark.browser, pytest.mark.slow]


# The direct lane leaves to the browser what it leaves to it, whichever that is: once is enough for each of its kinds.
WAYS = [
    *product(("playwright", "selenium"), ("browser",), ("1", "3")),
    *product(("playwright",), ("auto", "direct"), ("1", "3")),
    ("selenium", "auto", "1"),
]


@pytest.mark.timeout(600)
def test_all_backends_and_lanes_leave_the_same_folders_files_and_workbook_with_1_and_3_workers(
    coupa: Run, site: Site, sample: Path, tmp_path: Path
) -> None:
    left, told = {}, {}
    for backend, lane, workers in WAYS:
        site.ask("reset", {})
        site.ask("expire", {"sso": True})
        out = tmp_path / f"{backend}-{lane}-{workers}"
        done = coupa(
            "run",
            sample,
            "-o",
            out,
            "--workers",
            workers,
            "--backend",
            backend,
            "--lane",
            lane,
            "--data",
            "all,PR Type",
            "--lines",
            "--json",
        )
        assert site.ask("log")["violations"] == []
        book = out / "sample.xlsx"
        changing = ("LAST_PROCESSED", "DOWNLOAD_FOLDER")
        left[out.name] = (tree(out), cells(book, without=changing), cells(book, sheet="COUPA_LINES"))
        summary = json.loads(done.stdout.splitlines()[-1])
        told[out.name] = {name: summary[name] for name in ("total", "outcomes", "files", "bytes", "restarts")}
    first, *others = left
    assert len(left[first][0]) > 60
    assert sum(bool(row["COUPA_TOTAL"]) for row in left[first][1]) > 15
    assert len(left[first][2]) > 160
    for other in others:
        assert left[other][2] == left[first][2], f"{other} against {first}"
        assert left[other][0] == left[first][0], f"{other} against {first}"
        assert left[other][1] == left[first][1], f"{other} against {first}"
        assert told[other] == told[first], f"{other} against {first}"
