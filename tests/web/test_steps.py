"""Each step of the way, asked as a browser asks."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from coupa_async.services.reports.style import BASE
from tests.web.conftest import App, Window, serving

CSV = "Title of the list\r\nOrder;Region;Buyer\r\nPO1;North;A\r\nnonsense;;\r\nPO2;South;B\r\nPO1;North;C\r\n"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The page with a tenant that nobody can reach."""
    environment = {"COUPA_BASE_URL": "http://127.0.0.1:9", "COUPA_PASSWORD": "s3cr3t-word", "COUPA_USERNAME": "wendy"}
    with serving(tmp_path_factory.mktemp("app"), **environment) as running:
        yield running


def sheet(window: Window, data: bytes = CSV.encode(), name: str = "orders.csv") -> str:
    answer = window.upload(name, data)
    assert answer.status == 200, answer.text
    return str(json.loads(answer.text)["go"]).removeprefix(window.base)


def test_what_was_understood_of_a_sheet_is_shown_with_what_to_look_at(window: Window) -> None:
    text = window.get(sheet(window)).text
    assert "Header in row 2" in text
    assert re.search(r"Orders to do</dt><dd>2<", text)
    assert "1 row is no order" in text
    assert "Row 4" in text
    assert "1 order is named more than once" in text
    assert "PO1: rows 3, 6" in text


def test_rows_that_are_none_come_as_a_file_that_no_spreadsheet_program_runs(window: Window) -> None:
    place = sheet(window, b"PO_NUMBER\n=cmd|'/c calc'!A1\n")
    answer = window.get(f"{place}/rows.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert ",'=cmd|" in answer.text or ",\"'=cmd|" in answer.text


def test_a_column_can_be_chosen_and_is_remembered(window: Window) -> None:
    data = b"Thing,Number 2,Link\nPO1,PO7,\nPO2,PO8,\n"
    place = sheet(window, data, "odd.csv")
    first = window.get(place)
    assert first.status == 422
    assert "Thing" in first.text
    assert window.post(f"{place}/change", po_column="number 2").status == 303
    assert window.post(f"{place}/change", po_column="nothing like it").status == 422
    assert re.search(r"Orders to do</dt><dd>2<", window.get(place).text)
    again = sheet(window, data, "odd.csv")
    assert again != place
    assert window.get(again).status == 200


@pytest.mark.slow
@pytest.mark.timing
def test_a_workbook_of_ten_thousand_rows_is_shown_within_two_seconds(window: Window) -> None:
    book = openpyxl.Workbook(write_only=True)
    rows = book.create_sheet("Orders")
    rows.append(["PO Number", "Company", "<|>", "Region"])
    for n in range(10_000):
        rows.append([f"PO{n + 1}", "100", None, f"Region {n % 7}"])
    out = BytesIO()
    book.save(out)
    begun_s = time.monotonic()
    place = sheet(window, out.getvalue(), "big.xlsx")
    text = window.get(place).text
    assert time.monotonic() - begun_s < 2
    assert re.search(r"Orders to do</dt><dd>10,000<", text)
    assert "Sheet Orders, header in row 1" in text
    assert len(text) < 60_000


def test_the_sheet_of_a_workbook_can_be_chosen_and_another_after_it(window: Window) -> None:
    book = openpyxl.Workbook()
    first, second = book.worksheets[0], book.create_sheet("Second")
    first.title = "First"
    for rows, count in ((first, 1), (second, 2)):
        rows.append(["PO Number"])
        for n in range(count):
            rows.append([f"PO{n}"])
    out = BytesIO()
    book.save(out)
    place = sheet(window, out.getvalue(), "two sheets.xlsx")
    for name, orders in (("First", 1), ("Second", 2), ("First", 1)):
        assert window.post(f"{place}/change", sheet=name, po_column="PO Number").status == 303
        text = window.get(place).text
        assert f"<option selected>{name}</option>" in text
        assert re.search(rf"Orders to do</dt><dd>{orders}<", text)
    wrong = window.post(f"{place}/change", sheet="Third")
    assert wrong.status == 422
    assert 'name="sheet" value="Third"' in wrong.text


def test_levels_of_folders_and_the_command_follow_what_is_chosen(window: Window) -> None:
    place = sheet(window, CSV.encode(), "levels.csv")
    page = window.get(f"{place}/folders").text
    assert re.search(r'value="\{supplier\}" checked', page)
    body = f"csrf={window.csrf}&has_levels=1&level=Region&level=%7Bsupplier%7D&output_dir=%2Fx&workers=4&msg_pdf=true"
    plan = window.ask("POST", f"{place}/plan", body).text
    assert re.findall(r'depth-(\d)">([^<]+)<', plan)[:3] == [
        ("0", "North"),
        ("1", "(the supplier)"),
        ("2", "PO1_COMPLETED"),
    ]
    command = "coupa-async run levels.csv -o /x --workers 4 --msg-pdf --folder-columns"
    assert command in plan
    assert re.search(r'value="\{supplier\}" checked', window.get(f"{place}/folders").text)  # nothing was kept
    assert window.ask("POST", f"{place}/keep", body).status == 303
    kept = window.get(f"{place}/folders").text
    assert kept.index('value="Region" checked') < kept.index('value="{supplier}" checked')


def test_a_folder_that_is_no_whole_path_is_refused_with_what_to_write(window: Window) -> None:
    place = sheet(window)
    answer = window.post(f"{place}/begin", output_dir="../../x")
    assert answer.status == 409
    assert "is not a whole path" in answer.text


def test_settings_show_where_each_comes_from_and_never_a_secret(window: Window, app: App) -> None:
    for path in ("/", "/orders", "/settings", "/help", "/sign-in"):
        text = window.get(path).text
        assert "s3cr3t" not in text
        assert "wendy" not in text or path == "/settings"
    text = window.get("/settings").text
    assert "set by: environment" in text
    assert window.post("/settings/save", workers="7", group="group-3").status == 303
    own = app.home / "config" / "coupa-async" / "coupa.toml"
    assert own.read_text() == "workers = 7\n"
    assert re.search(r'name="workers" value="7"', window.get("/settings").text)
    wrong = window.post("/settings/save", workers="70")
    assert wrong.status == 422
    assert "workers" in wrong.text
    assert own.read_text() == "workers = 7\n"
    assert window.post("/settings/save", workers="").status == 303
    assert own.read_text() == ""
    window.post("/settings/save", password="typed", base_url="http://elsewhere", workers="")
    assert own.read_text() == ""


def test_a_tenant_is_typed_once(tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        window = app.enter()
        assert "Address of your Coupa" in window.get("/start/checks").text
        assert window.post("/start/tenant", base_url="127.0.0.1:9/x").status in (303, 409)
        assert window.post("/start/tenant", base_url="no address").status == 409
        window.post("/start/tenant", base_url="http://127.0.0.1:9")
        assert "Address of your Coupa" not in window.get("/start/checks").text


def test_the_bundle_for_support_has_what_helps_and_nothing_secret(window: Window) -> None:
    answer = window.post("/help/bundle")
    assert answer.status == 200
    for word in ("# Versions", "# Checks", "# Settings", "base_url = http://127.0.0.1:9", "starlette"):
        assert word in answer.text
    assert "s3cr3t" not in answer.text
    assert "wendy" not in answer.text
    saved = window.post("/help/bundle.txt", bundle="what is left")
    assert saved.text == "what is left\n"
    assert saved.headers["content-type"].startswith("text/plain")


def test_a_tenant_that_cannot_be_reached_is_said_where_one_signs_in(window: Window) -> None:
    assert window.get("/sign-in").status == 200
    assert "Signed out" in window.get("/sign-in/state").text or "network" in window.get("/sign-in/state").text


def test_a_sign_in_without_a_screen_says_so_and_can_be_begun_again(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.post("/sign-in/begin").status == 303
    assert window.post("/sign-in/give-up").status == 303
    assert window.get("/sign-in/progress").status == 200


def test_the_language_is_the_browsers_and_can_be_switched(window: Window) -> None:
    assert '<html lang="en">' in window.get("/").text
    headers = {"Origin": None, "X-CSRF-Token": None, "Accept-Language": "pt-BR,pt;q=0.9"}
    assert '<html lang="pt-BR">' in window.ask("GET", "/", headers=headers).text
    answer = window.post("/language", language="pt-BR", here="/orders")
    assert answer.headers["location"] == f"{window.base}/orders"
    assert "coupa_async_language=pt-BR" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "here", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nSet-Cookie: x=y"]
)
def test_a_switch_of_language_leads_nowhere_else(window: Window, here: str) -> None:
    answer = window.post("/language", language="en", here=here)
    assert answer.headers["location"].startswith(f"{window.base}/")
    assert "x=y" not in answer.headers["set-cookie"]


def test_the_files_of_the_page_are_small(window: Window) -> None:
    root = Path(__file__).parents[2] / "coupa_async" / "web" / "static"
    assert sum(path.stat().st_size for path in (*root.iterdir(), BASE)) < 150_000
    assert window.get("/static/base.css").headers["content-type"].startswith("text/css")
