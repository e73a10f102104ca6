"""A failed order's number corrected through the page, on the recorded site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, results
from tests.web.conftest import App, Window, serving
from tests.web.runs.steps import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def corrected_run(app: App, window: Window) -> str:
    """Run a list with one number that is wrong. Returns the run's place."""
    answer = window.post("/orders/paste", numbers="PO15262984\nPO15263000")
    sheet = answer.headers["location"].removeprefix(window.base)
    answer = window.post(f"{sheet}/begin", output_dir=str(app.documents / "pasted"))
    place = answer.headers["location"].removeprefix(window.base)
    until(window, place, "Coupa shows no such order")
    return place


def trial_of(text: str) -> str:
    found = re.search(r'name="trial" value="(\d+)"', text)
    assert found is not None, text
    return found[1]


def test_a_number_is_corrected_tried_alone_and_discarded_or_kept(app: App, window: Window, site: Site) -> None:
    place, out = corrected_run(app, window), app.documents / "pasted"
    before, tree = results(out), {path for path in out.rglob("*") if "sqlite3" not in path.name}
    requests = site.requests
    assert window.post(f"{place}/try", order="15263000", number="PO15262985").status == 303
    text = until(window, place, "PO15262985 in place of PO15263000")
    assert "Completed" in text
    assert 0 < site.requests - requests < 20  # of one order
    assert results(out) == before
    assert window.post(f"{place}/discard", trial=trial_of(text)).status == 303
    assert {path for path in out.rglob("*") if "sqlite3" not in path.name} == tree
    assert results(out) == before
    assert "in place of" not in window.get(place).text
    assert window.post(f"{place}/try", order="15263000", number="PO15262985").status == 303
    text = until(window, place, "PO15262985 in place of PO15263000")
    assert window.post(f"{place}/keep", trial=trial_of(text)).status == 303
    assert "Every order came out well." in window.get(place).text
    after = results(out)
    assert set(after) == {"15262984", "15262985"}
    assert (out / after["15262985"].folder).is_dir()
    book = (out / "pasted.csv").read_text("utf-8-sig") if (out / "pasted.csv").is_file() else ""
    copy = book or next(path for path in out.glob("*.csv") if path.name != "manifest.csv").read_text("utf-8-sig")
    (row,) = [line for line in copy.splitlines() if line.startswith("PO15263000")]
    assert "COMPLETED" in row
    assert "number corrected from PO15263000 to PO15262985" in row
    for wrong in ({"trial": "x"}, {"trial": "99999"}, {}):
        assert window.post(f"{place}/keep", **wrong).status in (404, 409)
    assert window.post(f"{place}/try", order="15262984", number="PO1").status == 409
    settings = {"what": "open"}
    assert window.post(f"{place}/again", **settings).status == 303  # whatever goes on keeps to it
    until(window, place, "Every order came out well.")
    assert set(results(out)) == {"15262984", "15262985"}


def test_a_server_killed_while_a_number_is_tried_offers_to_try_it_again(
    tmp_path: Path, site: Site, environment: dict[str, str]
) -> None:
    with serving(tmp_path, **environment) as app:
        window = app.enter()
        place = corrected_run(app, window)
        site.ask("latency", {"latency_ms": 1500, "file_latency_ms": 1500})
        assert window.post(f"{place}/try", order="15263000", number="PO15262985").status == 303
        app.process.kill()
        app.process.wait(20)
    site.ask("latency", {"latency_ms": 0, "file_latency_ms": 0})
    with serving(tmp_path, **environment) as app:
        window = app.enter()
        assert "It was not tried to its end." in window.get(place).text
        assert window.post(f"{place}/try", order="15263000", number="PO15262985").status == 303
        text = until(window, place, "Nothing of it is in your folders")
        assert window.post(f"{place}/keep", trial=trial_of(text)).status == 303
        assert "Every order came out well." in window.get(place).text
