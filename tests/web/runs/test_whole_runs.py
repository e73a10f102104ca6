"""Whole runs through the page, on the recorded site: begun, stopped, killed, gone on with, tried again."""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path, PurePosixPath
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest

from coupa_async.domain.outcome import Outcome
from coupa_async.services.records.journal import Journal
from fixtures.workbook import write_load
from tests.e2e.conftest import Site, cells, results
from tests.web.conftest import App, Window, serving
from tests.web.runs.steps import ORDERS, begin, done, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_a_run_is_begun_stopped_seen_from_two_windows_and_gone_on_with(app: App, window: Window) -> None:
    place, other = begin(app, window), app.enter()
    while done(window, place) < 8:
        assert done(other, place) >= 0
    assert "Running" in other.get("/").text
    assert other.post(f"{place}/again", what="open").status == 409
    assert other.post("/demo").status == 409
    one_order = app.home / "one.xlsx"
    write_load(one_order, 1)
    told = json.loads(other.upload("load.xlsx", one_order.read_bytes()).text)
    again = other.post(f"{told['go'].removeprefix(window.base)}/begin", output_dir=str(app.documents / "load"))
    assert again.status == 409
    assert (app.documents / "load" / "input" / "load.xlsx").read_bytes() == (app.home / "load.xlsx").read_bytes()
    assert other.post(f"{place}/stop", how="finish").status == 303
    text = until(window, place, "This run was stopped")
    found = re.search(r"Go on with (\d+) orders", text)
    assert found is not None
    left = int(found[1])
    assert 0 < left < ORDERS
    out = app.documents / "load"
    assert len(results(out)) == ORDERS - left
    assert window.post(f"{place}/again", what="open").status == 303
    until(window, place, "Every order came out well.")
    found_now = results(out)
    assert Counter(result.outcome for result in found_now.values()) == {Outcome.COMPLETED: ORDERS}
    assert {result.attempts for result in found_now.values()} == {1}
    assert {row["STATUS"] for row in cells(out / "load.xlsx")} == {"COMPLETED"}
    listed = window.get("/runs").text
    assert listed.count("<article") == 1
    assert "Go on" not in listed


def test_stop_now_ends_a_run_at_once_and_says_so(app: App, window: Window) -> None:
    place = begin(app, window)
    while done(window, place) < 4:
        pass
    assert window.post(f"{place}/stop", how="now").status == 303
    assert "Go on with" in until(window, place, "This run was stopped")


def test_a_signal_lets_a_run_finish_what_is_in_hand(app: App, window: Window) -> None:
    place = begin(app, window)
    while done(window, place) < 4:
        pass
    app.process.terminate()
    assert app.process.wait(60) == 143
    out = app.documents / "load"
    assert 4 <= len(results(out)) < ORDERS
    assert (out / "report.html").is_file()
    assert not list(out.rglob("*__WORK"))


def test_a_server_that_is_killed_shows_its_run_as_interrupted_and_goes_on_with_one_click(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with serving(tmp_path, **environment) as app:
        window = app.enter()
        place = begin(app, window)
        while done(window, place) < 8:
            pass
        app.process.kill()
        app.process.wait(20)
    with serving(tmp_path, **environment) as app:
        window = app.enter()
        assert "Go on" in window.get("/runs").text
        assert "This run was interrupted" in window.get(place).text
        assert window.post(f"{place}/again", what="open").status == 303
        until(window, place, "Every order came out well.")
        found = results(app.documents / "load")
        assert Counter(result.outcome for result in found.values()) == {Outcome.COMPLETED: ORDERS}


def test_a_run_that_was_killed_before_its_first_order_is_begun_with_one_click(app: App, window: Window) -> None:
    place = begin(app, window, 5)
    until(window, place, "Every order came out well.")
    for path in (app.documents / "load").glob("journal.sqlite3*"):
        path.unlink()
    with Journal(app.documents / "load" / "journal.sqlite3"):  # killed when this was all that it had made
        pass
    assert "This run was interrupted before its first order." in window.get(place).text
    assert "Go on" in window.get("/runs").text
    assert window.post(f"{place}/again", what="open").status == 303
    until(window, place, "Every order came out well.")


def test_events_tell_a_window_how_a_run_gets_on_until_it_is_over(app: App, window: Window) -> None:
    place = begin(app, window, 20)
    told = window.get(f"{place}/events").text  # comes to its end with the run
    messages = re.findall(r"event: (\w+)\ndata: (.*)\n", told)
    assert [name for name, _ in messages[:-1]] == ["progress"] * (len(messages) - 1)
    assert messages[-1] == ("over", "{}")
    assert len(messages) < 60
    last = json.loads(messages[-2][1])
    assert last["total"] == 20
    assert "<script" not in told


def test_folders_are_taken_along_as_a_zip(app: App, window: Window) -> None:
    place = begin(app, window, 5)
    until(window, place, "Every order came out well.")
    assert "Take folders along" in window.get(place).text
    answer = window.get(f"{place}/folders.zip?outcome=COMPLETED")
    with ZipFile(BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert len({PurePosixPath(name).parent for name in archive.namelist()}) == 5
    for asked in ("", "?outcome=FAILED", "?outcome=../../etc"):
        assert window.get(f"{place}/folders.zip{asked}").status == 404


def test_a_name_with_html_is_text_wherever_it_is_shown(app: App, window: Window) -> None:
    place = begin(app, window, 5)
    until(window, place, "Every order came out well.")
    name = "<script>document.title='owned'</script>"
    assert window.post(f"{place}/rename", name=name).status == 303
    for path in (place, "/runs", "/"):
        text = window.get(path).text
        assert "&lt;script&gt;" in text
        assert text.count("<script") == 1
    assert window.post(f"{place}/forget").status == 303
    assert window.get(place).status == 404
    assert (app.documents / "load" / "journal.sqlite3").is_file()


def test_a_thousand_connections_do_not_disturb_a_run(app: App, window: Window) -> None:
    place = begin(app, window, 30)
    with ExitStack() as stack:
        for _ in range(1000):
            address = ("127.0.0.1", int(app.host.rpartition(":")[2]))
            stack.enter_context(socket.create_connection(address, timeout=20))
        until(window, place, "Every order came out well.")
    found = results(app.documents / "load")
    assert Counter(result.outcome for result in found.values()) == {Outcome.COMPLETED: 30}
    assert {result.attempts for result in found.values()} == {1}


def test_failures_are_sorted_by_cause_and_those_of_one_cause_tried_again(
    app: App, window: Window, site: Site, tmp_path: Path
) -> None:
    numbers = ["PO15263000", "PO15263001", "PO15263002", "PO15262984"]
    answer = window.post("/orders/paste", numbers="\n".join(numbers))
    sheet = answer.headers["location"].removeprefix(window.base)
    place = window.post(f"{sheet}/begin", output_dir=str(app.documents / "pasted")).headers["location"]
    place = place.removeprefix(window.base)
    text = until(window, place, "What did not come out well")
    assert text.index("Coupa names a file that it no longer has") < text.index("Coupa shows no such order")
    before = results(app.documents / "pasted")
    requests = site.requests
    assert window.post(f"{place}/again", cause="not-found").status == 303
    until(window, place, "What did not come out well")
    assert 0 < site.requests - requests < 12  # of one order, not of four
    assert {key: result.outcome for key, result in results(app.documents / "pasted").items()} == {
        key: result.outcome for key, result in before.items()
    }
    assert window.post(f"{place}/again", cause="nothing-like-it").status == 409
    answer = window.post("/orders/paste", numbers="PO15262984")  # another list into the same folder
    sheet = answer.headers["location"].removeprefix(window.base)
    assert window.post(f"{sheet}/begin", output_dir=str(app.documents / "pasted")).status == 303
    assert "What did not come out well" not in until(window, place, "Every order came out well.")
    body = urlencode({"csrf": window.csrf, "what": "/etc/passwd"})
    assert window.ask("POST", f"{place}/open", body).status == 404


def test_folder_spreadsheet_and_report_are_opened_with_the_programs_of_the_desktop(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    opened = tmp_path / "opened"
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$1" >> "{opened}"\n')
    program.chmod(0o700)
    with serving(tmp_path, **environment, BROWSER=f"{program} %s") as app:
        window = app.enter()
        place = begin(app, window, 3)
        until(window, place, "Every order came out well.")
        for what in ("folder", "workbook", "report", "journal.sqlite3", "../load.xlsx"):
            assert window.post(f"{place}/open", what=what).status == (303 if what.isalpha() else 404)
    out = app.documents / "load"
    assert opened.read_text().splitlines() == [path.as_uri() for path in (out, out / "load.xlsx", out / "report.html")]


def test_a_run_that_wants_a_sign_in_says_where(tmp_path: Path, site: Site, environment: dict[str, str]) -> None:
    site.ask("sign-in", {"mode": "form"})
    site.ask("expire", {"sso": True})
    try:
        with serving(tmp_path, **environment, DISPLAY="") as app:
            window = app.enter()
            place = begin(app, window, 3)
            text = until(window, place, "Go on with 3 orders")
            assert f'<a href="{window.base}/sign-in">Sign in</a>' in text.partition("<main")[2]
    finally:
        site.ask("sign-in", {"mode": "none"})
