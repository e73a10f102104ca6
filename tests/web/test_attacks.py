"""What other programs and pages of this machine may try: each is refused with one clear answer."""

from __future__ import annotations

import json
import re
import socket
import zipfile
from contextlib import ExitStack
from datetime import datetime
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import openpyxl
import psutil
import pytest
from starlette.routing import Route

from coupa_async.app.runs.run_book import RunBook
from coupa_async.domain.corrections import Correction
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.corrections import Corrections
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.web.routes import _doors, _runs, _steps
from tests.web.conftest import App, Window

EVIL = "http://evil.example"
AT = datetime(2025, 6, 1, 8)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": EVIL}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": None}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "localhost"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Host": None}, 421),
        ({"Cookie": None}, 403),
        ({"Cookie": "coupa_async=guessed"}, 403),
        ({"X-CSRF-Token": "guessed"}, 403),
        ({"X-CSRF-Token": None}, 403),
    ],
    ids=str,
)
def test_a_click_that_is_not_of_our_own_page_does_nothing(
    window: Window, headers: dict[str, str | None], status: int
) -> None:
    answer = window.ask("POST", "/demo", "", headers=headers)
    assert answer.status == status or (headers == {"Host": None} and answer.status == 400)
    assert json.loads(window.get("/alive").text)["run"] == ""


@pytest.mark.parametrize("headers", [{"Origin": EVIL}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}])
def test_another_page_cannot_read_ours(window: Window, headers: dict[str, str | None]) -> None:
    answer = window.ask("GET", "/", headers={"Origin": None, **headers})
    assert answer.status in (403, 421)
    assert len(answer.text.splitlines()) == 1
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/alive", "/orders", "/runs/0123456789abcdef", "/static/app.css", "/another"])
def test_nothing_is_shown_without_the_cookie(app: App, path: str) -> None:
    stranger = Window(app.host, app.base)
    for method in ("GET", "POST", "HEAD", "DELETE", "OPTIONS"):
        assert stranger.ask(method, path, headers={"Cookie": None}).status == 403


def test_nothing_is_shown_outside_the_secret_path(app: App, window: Window) -> None:
    outside = Window(app.host, "", window.cookie, window.csrf)
    for path in ("/", "/start", "/alive", "/static/app.css", "//", "/.."):
        assert outside.get(path).status == 403


def test_a_token_lets_one_window_in_once(app: App) -> None:
    address = app.new_address()
    path = address.partition("/enter")[2]
    stranger = Window(app.host, app.base)
    first = stranger.get(f"/enter{path}")
    assert first.status == 200
    assert f"Path={app.base}/; HttpOnly; SameSite=Strict" in first.headers["set-cookie"]
    second = stranger.get(f"/enter{path}")
    assert second.status == 403
    assert "set-cookie" not in second.headers
    assert second.text == "This address has been used. Start coupa-async app again: it opens a new window.\n"
    assert stranger.get("/enter?token=guessed").status == 403
    assert stranger.get("/enter").status == 403


def test_the_cookie_is_of_no_use_to_a_page_of_another_port(app: App, window: Window) -> None:
    for headers in ({"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "same-site"}):
        assert window.ask("GET", "/", headers={"Origin": None, **headers}).status == 403
        assert window.ask("POST", "/demo", "", headers=headers).status == 403


@pytest.mark.parametrize(
    "name",
    ["..", "../..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..", "%00", "0" * 16, "a" * 5000, "~", "."],
)
@pytest.mark.parametrize("path", ["/runs/{}", "/runs/{}/events", "/orders/{}", "/orders/{}/rows.csv", "/static/{}"])
def test_a_path_leads_to_nothing_that_was_not_given_to_the_page(window: Window, path: str, name: str) -> None:
    answer = window.get(path.format(name))
    assert answer.status in (307, 404) or (answer.status == 200 and "What goes wrong" not in answer.text)
    assert "root:" not in answer.text
    assert answer.status != 500
    for what in ("folder", "/etc/passwd", "../.."):
        assert window.post(f"/runs/{name}/open", what=what).status in (404, 405)


ROUTES = [
    (method, route.path)
    for route in cast("list[Route]", [*_doors(), *_steps(), *_runs()])
    if "{" in route.path
    for method in sorted((route.methods or set()) - {"HEAD"})
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_parameter_of_any_path_leads_out(app: App, window: Window, method: str, path: str) -> None:
    assert len(ROUTES) >= 20
    before = set(app.home.rglob("*"))
    for name in ("..", "%2e%2e", "..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "..%5c..", "a%00b", "0" * 16):
        body = urlencode(
            {"csrf": window.csrf, "order": "1", "number": "PO1", "trial": "1", "name": "x", "what": "folder"}
        )
        sent = body if method == "POST" else None
        answer = window.ask(method, re.sub(r"\{\w+\}", name, path), sent, headers={"X-CSRF-Token": None})
        assert answer.status in (404, 405), name
        assert "root:" not in answer.text
    assert {path for path in set(app.home.rglob("*")) - before if path.suffix != ".lock"} == set()


@pytest.mark.parametrize("name", ["../../evil.xlsx", "..\\..\\evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a\0b.csv"])
def test_an_upload_stays_in_its_own_folder_whatever_its_name(app: App, window: Window, name: str) -> None:
    before = set(app.home.rglob("*evil*"))
    answer = window.upload(name, b"PO_NUMBER\r\nPO1\r\n")
    assert answer.status == 200, answer.text
    sheets = app.home / "data" / "coupa-async" / "app" / "sheets"
    assert all(sheets in path.parents for path in set(app.home.rglob("*evil*")) - before)


HTML = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"


def test_a_sheet_and_columns_with_html_in_their_names_are_text(window: Window) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "<script>"
    sheet.append(["PO_NUMBER", HTML, "<|>", "{{ 7 * 7 }}"])
    sheet.append(["PO1", HTML, "", "{% raw %}"])
    sheet.append([HTML, "", "", ""])
    out = BytesIO()
    book.save(out)
    told = json.loads(window.upload("<script>.xlsx", out.getvalue()).text)
    page = window.get(told["go"].removeprefix(window.base))
    assert page.status == 200
    assert "&lt;script&gt;" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "<img" not in page.text
    assert page.text.count("<script") == 1  # ours


def test_an_order_a_supplier_and_a_file_with_html_in_their_names_are_text(
    app: App, window: Window, tmp_path: Path
) -> None:
    number = OrderNumber(HTML, HTML)
    failed = OrderResult(number=number, outcome=Outcome.FAILED, url="javascript:alert(1)", supplier=HTML, error=HTML)
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME) as history:
        settings = {"input": f"/x/{HTML}.csv"}
        asked = AskedOrders(orders={HTML: False})
        history.begin(backend="playwright", lane="auto", workers=1, settings=settings, asked=asked)
        journal.record(failed, AT)
        history.end()
    with Corrections(tmp_path / FILE_NAME) as corrections:
        corrections.begin(Correction(given=number, number=OrderNumber(HTML, "2")), "")
    run = RunBook(app.home / "data" / "coupa-async" / "app" / "runs.json").note(HTML, tmp_path, AT)
    for path in (f"/runs/{run.id}", "/runs", "/"):
        text = window.get(path).text
        assert text.count("&lt;script&gt;") >= (5 if run.id in path else 1)
        assert text.count("<script") == 1
        assert "<img" not in text
        assert "javascript:" not in text


def test_two_gigabytes_of_zeros_are_refused_before_they_are_read(app: App, window: Window) -> None:
    connection = HTTPConnection("127.0.0.1", int(app.host.rpartition(":")[2]), timeout=20)
    connection.putrequest("POST", f"{app.base}/orders/upload?name=zeros.csv", skip_host=True)
    headers = {"Host": app.host, "Cookie": window.cookie, "Origin": f"http://{app.host}", "X-CSRF-Token": window.csrf}
    for name, value in (headers | {"Content-Length": str(2 * 2**30)}).items():
        connection.putheader(name, value)
    connection.endheaders(b"\0" * 1000)
    answer = connection.getresponse()
    assert answer.status == 413
    assert "over 100 MB" in json.load(answer)["error"]
    connection.close()
    assert not list(app.home.rglob("zeros.csv"))


def test_zeros_without_a_stated_length_are_refused_as_soon_as_they_are_too_many(app: App, window: Window) -> None:
    memory = psutil.Process(app.process.pid).memory_info().rss
    sent = 0
    with socket.create_connection(("127.0.0.1", int(app.host.rpartition(":")[2])), timeout=30) as plain:
        head = [
            f"POST {app.base}/orders/upload?name=zeros.csv HTTP/1.1",
            *(f"Host: {app.host}", f"Cookie: {window.cookie}", f"Origin: http://{app.host}"),
            *(f"X-CSRF-Token: {window.csrf}", "Transfer-Encoding: chunked", "", ""),
        ]
        plain.sendall("\r\n".join(head).encode())
        chunk = b"100000\r\n" + b"\0" * 2**20 + b"\r\n"
        try:
            while sent < 2 * 2**30:
                plain.sendall(chunk)
                sent += 2**20
        except OSError:
            pass  # the connection was closed, as it should be
    assert 100 * 2**20 <= sent < 200 * 2**20
    assert psutil.Process(app.process.pid).memory_info().rss - memory < 64 * 2**20
    assert window.get("/").status == 200
    assert not list(app.home.rglob("zeros.csv"))


def test_a_zip_bomb_is_refused_with_one_line(window: Window) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 2**20)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            for _ in range(60):
                part.write(b"\0" * 10 * 2**20)
    told = json.loads(window.upload("bomb.xlsx", out.getvalue()).text)
    page = window.get(told["go"].removeprefix(window.base))
    assert page.status == 422
    assert "it unpacks to" in page.text


def test_a_large_form_is_refused(window: Window) -> None:
    answer = window.ask("POST", "/orders/paste", b"csrf=x&numbers=" + b"1" * (5 * 2**20))
    assert answer.status == 413


def test_a_thousand_connections_do_not_keep_a_window_out(app: App, window: Window) -> None:
    port = int(app.host.rpartition(":")[2])
    files = psutil.Process(app.process.pid).num_fds()
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(1000)]
        assert window.get("/").status == 200
        assert psutil.Process(app.process.pid).num_fds() - files < 100
        assert b"503 Service Unavailable" in held[0].recv(1000)
    assert window.get("/").status == 200


def test_every_answer_forbids_what_a_page_does_not_need(window: Window) -> None:
    for path in ("/", "/orders", "/static/app.js", "/runs/0123456789abcdef"):
        headers = window.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_no_page_has_a_script_or_a_style_in_it_or_names_another_host(window: Window) -> None:
    root = Path(__file__).parents[2] / "coupa_async" / "web"
    for template in (root / "templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert " style=" not in text
        assert "<style" not in text
        assert " on" + "click=" not in text
        assert "|safe" not in text
        assert "://" not in text, template.name
    for script in (root / "static").glob("*.js"):
        assert "://" not in script.read_text("utf-8"), script.name


def test_the_file_that_says_where_the_page_is_is_for_the_user_alone(app: App) -> None:
    path = app.home / "data" / "coupa-async" / "app" / "served.json"
    assert path.stat().st_mode & 0o077 == 0
