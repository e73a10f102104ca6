"""The report in the language of the run, and the settings that it shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coupa_async.domain.outcome import FailedAttachment
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.run_report import write_report
from tests.report_pages.sample_report import AT, order, write_sample_report

pytestmark = pytest.mark.browser


def test_a_portuguese_report_has_no_english_and_numbers_and_dates_as_in_brazil(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    page.goto(write_sample_report(tmp_path, 1_200, "pt-BR").as_uri())
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    expect(page.get_by_role("status")).to_have_text("1.200 no total")
    expect(page.locator(".verdict")).to_contain_text("720 de 1.201 pedidos precisam de atenção")
    expect(page.get_by_role("navigation")).to_contain_text("Página 1 de 12")
    assert page.locator("#table tbody tr").first.locator("td").nth(6).inner_text() == "01/06/2025 08:20"
    page.get_by_role("group", name="Resultados a mostrar").get_by_role("button", name="Parcial").click()
    page.get_by_role("button", name="detalhes de").first.click()
    heads = page.locator("#table thead th").all_inner_texts()
    assert heads == [
        "Pedido",
        "Resultado",
        "Fornecedor",
        "Arquivos",
        "Tamanho",
        "Tempo",
        "Tentativas",
        "Processado",
        "Nota",
        "Links",
    ]
    names = [item.get_attribute("aria-label") or "" for item in page.get_by_role("img").all()]
    assert names[0].startswith("De 1.201 pedidos: Concluído 240")
    for word in ("Orders", "Files", "Settings", "Show", "order", "row", "made", "Made", " of ", "restart"):
        assert word not in page.locator("main").inner_text(), word
    assert complaints == []


def test_reasons_of_orders_are_told_in_the_language_and_names_of_files_are_not(page: Page, tmp_path: Path) -> None:
    failed = FailedAttachment(id="1", name="signed in.pdf", reason="Coupa answered 404")
    result = replace(order(3), failed=(failed,), error="1 of 2 attachments failed: signed in.pdf: Coupa answered 404")
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        journal.record(result, AT)
        page.goto(write_report(tmp_path, journal, history, AT, language="pt-BR").as_uri())
    expect(page.locator(".note").last).to_have_text("1 de 2 anexos falharam: signed in.pdf: a Coupa respondeu 404")
    page.get_by_role("button", name="detalhes de PO4").click()
    expect(page.locator("tr.detail li").last).to_have_text("signed in.pdf: a Coupa respondeu 404")


def test_settings_that_are_usual_are_folded_away_and_empty_ones_are_not_there(page: Page, tmp_path: Path) -> None:
    settings = {"lane": "direct", "data": "", "tabs": 4, "max_attempts": 3, "in_place": False}
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="direct", workers=2, settings=settings)
        defaults = {"data": "", "tabs": 2, "max_attempts": 3, "lane": "auto"}
        page.goto(write_report(tmp_path, journal, history, AT, defaults=defaults).as_uri())
    assert page.locator("#settings dt").all_inner_texts() == ["backend", "lane", "workers", "tabs"]
    usual = page.locator("#defaults")
    expect(usual.locator("dl")).to_be_hidden()
    usual.locator("summary").click()
    expect(usual.locator("dl")).to_have_text("max_attempts3")
