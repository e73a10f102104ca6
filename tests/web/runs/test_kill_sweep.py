"""The server killed at many instants of a run, and the run gone on with by one click each time: nothing is lost."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from coupa_async.domain.outcome import OrderResult, Outcome
from tests.e2e.conftest import cells, results
from tests.web.conftest import serving
from tests.web.runs.steps import begin, done, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
POINTS, ORDERS, LONGEST_S = 30, 500, 0.2


def test_a_server_killed_at_thirty_instants_of_a_run_loses_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    jitter, place = random.Random(21), ""
    out = tmp_path / "documents" / "load"
    settled: dict[str, OrderResult] = {}
    for _ in range(POINTS):
        with serving(tmp_path, **environment) as app:
            window = app.enter()
            if place:
                assert window.post(f"{place}/again", what="open").status == 303
            else:
                place = begin(app, window, ORDERS)
            before, wanted = time.monotonic(), jitter.choice((0, jitter.randint(1, 12)))
            while wanted and done(window, place) < wanted and time.monotonic() - before < 30:
                pass
            time.sleep(jitter.uniform(0.0, LONGEST_S))
            app.process.kill()
            app.process.wait(20)
        now = results(out) if (out / "journal.sqlite3").is_file() else {}
        assert settled.items() <= now.items()
        settled = dict(now)
    assert 0 < len(settled) < ORDERS
    with serving(tmp_path, **environment) as app:
        window = app.enter()
        assert "This run was interrupted" in window.get(place).text
        assert window.post(f"{place}/again", what="open").status == 303
        until(window, place, "Every order came out well.", within_s=300)
    found = results(out)
    assert settled.items() <= found.items()
    assert Counter(result.outcome for result in found.values()) == {Outcome.COMPLETED: ORDERS}
    assert len(list(out.rglob("*_COMPLETED"))) == ORDERS
    assert not [path for path in out.rglob("*") if "__WORK" in path.name or ".tmp" in path.name]
    for result in found.values():
        folder = out / result.folder
        assert {item.name: item.size_bytes for item in result.saved} == {
            path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()
        }
    assert {row["STATUS"] for row in cells(out / "load.xlsx")} == {"COMPLETED"}
