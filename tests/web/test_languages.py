"""A page is whole in one language: what the program puts together, too: reasons, errors of actions, notes."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from coupa_async.app.runs.run_book import RunBook
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.languages.catalogue import catalogue
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.web.formats import Formats
from tests.web.conftest import App, Window

TEMPLATES = Path("coupa_async/web/templates")
AT = datetime(2025, 6, 1, 8, 0, 0)
# What holds a message of the program; a message that is shown as it is stays English.
_MESSAGES = re.compile(r"\{\{ (?:[\w.]*\.)?(?:error|reason|cure|text|step)(?:\|\w+)* \}\}")


@pytest.fixture
def janela(window: Window) -> Window:
    """A window of a person who reads Portuguese."""
    window.cookie += "; coupa_async_language=pt-BR"
    return window


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_message_of_a_template_is_told_in_the_pages_language(path: Path) -> None:
    for place in _MESSAGES.findall(path.read_text(encoding="utf-8")):
        assert "|translated" in place, place


def test_the_reasons_of_single_orders_are_told(app: App, janela: Window, tmp_path: Path) -> None:
    failed = OrderResult(
        number=OrderNumber.parse("PO7"), outcome=Outcome.FAILED, url="", error="Coupa answered 500 for https://t/7"
    )
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        journal.record(failed, AT)
        history.end()
    run = RunBook(app.home / "data" / "coupa-async" / "app" / "runs.json").note("junho", tmp_path, AT)
    text = janela.get(f"/runs/{run.id}").text
    assert "a Coupa respondeu 500 para https://t/7" in text
    assert "answered" not in text


def test_the_checks_their_cures_and_the_sign_in_are_told(janela: Window) -> None:
    text = janela.get("/start/checks").text
    assert "o endereço da sua Coupa não está definido" in text
    assert "is not set" not in text
    assert "o endereço da sua Coupa não está definido" in janela.get("/sign-in/state").text


def test_what_is_wrong_with_a_file_is_told_also_by_the_script_that_sends_it(janela: Window) -> None:
    assert "não é um de" in json.loads(janela.upload("orders.pdf", b"x").text)["error"]
    empty = json.loads(janela.upload("orders.csv", b"").text)["go"].removeprefix(janela.base)
    assert "o arquivo está vazio" in janela.get(empty).text
    wrong = json.loads(janela.upload("more.csv", b"PO\nPO1\nnonsense\n").text)["go"].removeprefix(janela.base)
    assert "não é um número de pedido" in janela.get(wrong).text
    assert "não é um número de pedido" in janela.get(f"{wrong}/rows.csv").text


def test_an_action_that_did_not_work_and_a_window_that_is_not_let_in_are_told(janela: Window) -> None:
    assert "não existe" in janela.get("/runs/0123456789abcdef").text.lower()
    headers = {"Cookie": "", "Accept-Language": "pt-BR"}
    assert "coupa-async" in (text := janela.ask("GET", "/", headers=headers).text)
    assert text.strip() != janela.ask("GET", "/", headers=headers | {"Accept-Language": "en"}).text.strip()


def test_a_message_has_no_secret_in_any_language() -> None:
    for language in ("en", "pt-BR"):
        assert "s3cr3t" not in Formats(catalogue(language)).translated("https://u:s3cr3t@t/1 answers")


_CHECKED = re.compile(r'\b(?:good|bad|note|_connection|_writable|_bounded)\(\s*(?:name=)?"([^"]+)"')


def test_every_check_is_headed_by_words_of_people_in_each_language() -> None:
    sources = [*Path("coupa_async/services/diagnostics").glob("*.py"), *Path("coupa_async/app").glob("*.py")]
    names = {name for path in sources for name in _CHECKED.findall(path.read_text(encoding="utf-8"))}
    assert {"tenant", "channel", "DNS", "proxy"} <= names
    for name in names:
        words = [Formats(catalogue(language)).check(name) for language in ("en", "pt-BR")]
        assert name not in words
        assert words[0] != words[1]


def test_the_page_shows_no_name_of_a_setting_as_a_heading(app: App, janela: Window) -> None:
    window = app.enter()
    assert "<strong>The address of your Coupa</strong>" in window.get("/start/checks").text
    assert "<strong>O endereço da sua Coupa</strong>" in janela.get("/start/checks").text
    assert not re.search(r"<strong>[a-z]", window.get("/start/checks").text)
