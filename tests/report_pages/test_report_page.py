"""The report in a browser: nothing asked of any host, nothing believed of any name, ten thousand orders at hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from coupa_async.domain.data.record import OrderData
from coupa_async.domain.events import RunStarted, WorkerRestarting
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import FailedAttachment, OrderResult, Outcome, SavedAttachment
from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.run_report import write_report

pytestmark = pytest.mark.browser
AT = datetime(2025, 6, 1, 8, 0, 0)
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
# The page's own answer to a click or a key, in milliseconds; it takes a tenth of this.
SMOOTH_MS = 400

REASONS = ["late", "lost", "refused"]
OUTCOMES = [Outcome.COMPLETED, Outcome.NO_ATTACHMENTS, Outcome.FAILED, Outcome.PARTIAL, Outcome.PO_NOT_FOUND]


def order(index: int) -> OrderResult:
    outcome = OUTCOMES[index % len(OUTCOMES)]
    number = OrderNumber.parse(f"PO{index + 1}")
    saved = SavedAttachment(
        id=str(index),
        kind=AttachmentKind.FILE,
        source=AttachmentSource.ORDER,
        name=f"Offer #{index}.txt",
        size_bytes=1000 + index,
        sha256="ab",
        seconds=0.1,
    )
    has_file = outcome in (Outcome.COMPLETED, Outcome.PARTIAL)
    failed = (FailedAttachment(id="x", name=HOSTILE, reason="404"),) if outcome is Outcome.PARTIAL else ()
    return OrderResult(
        number=number,
        outcome=outcome,
        url=f"https://tenant.example.com/order_headers/{number.key}",
        supplier=HOSTILE if index == 3 else f"Supplier {index % 7}",
        found=has_file + len(failed),
        saved=(saved,) if has_file else (),
        failed=failed,
        folder=f"50 % #1/{number.shown}_{outcome}" if has_file else "",
        error="" if outcome.is_good else f"it was {REASONS[index % 3]}",
        seconds=1 + index % 11,
    )


@pytest.fixture(scope="session")
def make_report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    made: dict[int, str] = {}

    def make(count: int) -> str:
        if count not in made:
            made[count] = _report(tmp_path_factory.mktemp("out"), count).as_uri()
        return made[count]

    return make


def _report(root: Path, count: int) -> Path:
    clock = AT
    (root / "snapshots").mkdir()
    (root / "snapshots" / "PO3_FAILED.png").touch()
    (root / "50 % #1" / "PO4_PARTIAL").mkdir(parents=True)
    (root / "50 % #1" / "PO4_PARTIAL" / "Offer #3.txt").write_text("the offer")
    with Journal(root / FILE_NAME) as journal, History(root / FILE_NAME, now=lambda: clock) as history:
        history.begin(backend="playwright", lane="auto", workers=2, settings={"channel": "msedge", "note": HOSTILE})
        history.note(RunStarted(total=count + 1, skipped=0, workers=2))
        for index in range(count):
            clock += timedelta(seconds=1)
            journal.record(order(index), clock)
        history.note(WorkerRestarting(worker="w1", reason=HOSTILE, delay_s=1.0))
        history.end()
        return write_report(root, journal, history, clock)


@pytest.fixture
def requests(page: Page) -> list[str]:
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    return found


@pytest.fixture
def small(page: Page, make_report: Callable[[int], str], requests: list[str], complaints: list[str]) -> Page:
    page.goto(make_report(30))
    return page


def numbers(page: Page) -> list[str]:
    return page.locator("#table tbody th").all_inner_texts()


def test_it_asks_no_host_and_the_console_is_silent(small: Page, requests: list[str], complaints: list[str]) -> None:
    expect(small.locator("#table tbody tr")).to_have_count(30)
    expect(small.locator("#pager")).to_be_hidden()  # one page is no pages
    small.get_by_role("button", name="details of PO4").click()
    for name in ("Partial", "Partial"):
        small.get_by_role("group", name="Outcomes to show").get_by_role("button", name=name).click()
    small.get_by_role("searchbox").fill("nothing like it")
    assert [url for url in requests if not url.startswith("file:///")] == []
    assert len(requests) == 1
    assert complaints == []


def test_hostile_names_are_text(small: Page) -> None:
    small.get_by_role("button", name="details of PO4").click()
    expect(small.get_by_role("row").filter(has=small.get_by_role("rowheader", name="PO4", exact=True))).to_contain_text(
        HOSTILE
    )
    expect(small.locator("tr.detail li").last).to_have_text(f"{HOSTILE}: 404")
    expect(small.locator("#settings")).to_contain_text(HOSTILE)
    expect(small.locator("#moments")).to_contain_text(HOSTILE)
    assert small.locator("img").count() == 0
    assert small.title() != "owned"


def test_outcomes_filter_and_combine_with_the_search(small: Page) -> None:
    group = small.get_by_role("group", name="Outcomes to show")
    partial = group.get_by_role("button", name="Partial")
    partial.click()
    expect(partial).to_have_attribute("aria-pressed", "true")
    expect(small.get_by_role("status")).to_have_text("6 of 30")
    assert numbers(small) == ["PO29", "PO24", "PO19", "PO14", "PO9", "PO4"]
    group.get_by_role("button", name="Failed").click()
    expect(small.get_by_role("status")).to_have_text("12 of 30")
    small.get_by_role("searchbox").fill("was REFUSED")
    assert {text.split("\t")[1] for text in small.locator("#table tbody tr").all_inner_texts()} == {"Partial", "Failed"}
    assert all("it was refused" in text for text in small.locator("#table tbody tr").all_inner_texts())
    small.get_by_role("searchbox").fill("offer #8.txt")
    assert numbers(small) == ["PO9"]
    small.get_by_role("searchbox").fill("no such thing")
    expect(small.locator("#table tbody")).to_have_text("No order is like that.")


def test_the_verdict_leads_to_what_needs_a_look(small: Page) -> None:
    expect(small.locator(".verdict").first).to_contain_text("18 of 31 orders need a look")
    expect(small.locator(".verdict").first).to_contain_text("1 is still to do")
    small.get_by_role("button", name="Show them").click()
    expect(small.get_by_role("status")).to_have_text("18 of 30")
    assert small.evaluate("document.activeElement.id") == "orders"


def test_columns_sort_both_ways_by_keyboard_and_say_so(small: Page) -> None:
    head = small.get_by_role("columnheader", name="Order")
    head.get_by_role("button").focus()
    small.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert numbers(small)[:3] == ["PO1", "PO2", "PO3"]  # by value, not by letter
    small.keyboard.press("Space")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert numbers(small)[:3] == ["PO30", "PO29", "PO28"]
    small.get_by_role("columnheader", name="Size").get_by_role("button").click()
    assert numbers(small)[0] == "PO29"
    expect(head).to_have_attribute("aria-sort", "none")
    small.get_by_role("columnheader", name="Note").get_by_role("button").click()
    assert small.locator("#table tbody tr").last.locator(".note").inner_text() == ""  # blanks last


def test_links_lead_to_folder_tenant_screenshot_and_file(small: Page) -> None:
    def link(name: str) -> Locator:
        return small.get_by_role("link", name=name, exact=True)

    expect(link("Coupa of PO4")).to_have_attribute("href", "https://tenant.example.com/order_headers/4")
    expect(link("Screenshot of PO3")).to_have_attribute("href", "./snapshots/PO3_FAILED.png")
    expect(link("Screenshot of PO8")).to_have_count(0)
    small.get_by_role("button", name="details of PO4").click()
    link("Offer #3.txt").click()
    expect(small.locator("body")).to_have_text("the offer")
    small.go_back()
    link("Folder of PO4").click()
    expect(small.locator("body")).to_contain_text("Offer #3.txt")


def test_charts_have_names_and_numbers_for_those_who_do_not_see_them(small: Page) -> None:
    names = [item.get_attribute("aria-label") or "" for item in small.get_by_role("img").all()]
    assert [name.split(":")[0] for name in names] == [
        "Of 31 orders",
        "Orders over time",
        "How long orders took",
        "Restarts and memory over time",
    ]
    assert "Completed 6, No attachments 6, Partial 6, Failed 6, Not found 6, Pending 1" in names[0]
    assert "1 restart" in names[3]
    small.locator("summary").first.click()
    table = small.get_by_role("region", name="Orders over time").get_by_role("table")
    assert sum(int(cell) for cell in table.locator("td:not(:first-child)").all_inner_texts()) == 30


def test_three_orders_are_three_in_the_charts_and_not_a_hundred_a_minute(
    page: Page, make_report: Callable[[int], str]
) -> None:
    page.goto(make_report(3))
    for name in ("Orders over time", "How long orders took"):
        chart = page.get_by_role("img", name=name)
        ticks = [text for text in chart.locator("text[text-anchor=end]").all_inner_texts() if text]
        assert all(tick.isdecimal() and int(tick) <= 4 for tick in ticks), (name, ticks)
        widths = [float(box.get_attribute("width") or 0) for box in chart.locator("rect.box").all()]
        assert min(widths) > 40
    expect(page.locator("#charts")).to_contain_text("3 orders in")


@pytest.mark.parametrize("width", [800, 1041, 1100, 1241, 1280])
def test_note_and_links_are_seen_without_scrolling_sideways(
    page: Page, make_report: Callable[[int], str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(make_report(30))
    hidden = page.evaluate("(s => s.scrollWidth - s.clientWidth)(document.querySelector('.scroll'))")
    assert hidden <= 1
    expect(page.get_by_role("columnheader", name="Note")).to_be_visible()
    expect(page.get_by_role("link", name="Folder of PO1", exact=True)).to_be_visible()


@pytest.mark.parametrize("count", [3, 30, 250])
def test_no_printed_page_has_only_a_line_or_two(page: Page, make_report: Callable[[int], str], count: int) -> None:
    page.goto(make_report(count))
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    lines = [len(sheet.extract_text().splitlines()) for sheet in pages]
    assert min(lines) > 4, lines


def test_rows_that_name_no_order_are_listed_apart(page: Page, tmp_path: Path) -> None:
    asked = AskedOrders(
        orders={"1": False, "2": False}, bad_rows={7: f"{HOSTILE} is no order number", 9: "it is empty"}
    )
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={}, asked=asked)
        journal.record(order(0), AT)
        journal.record(order(98), AT)
        page.goto(write_report(tmp_path, journal, history, AT).as_uri())
    rows = page.locator(".bad-rows")
    expect(rows.locator("summary")).to_have_text("2 rows of the spreadsheet name no order")
    rows.locator("summary").click()
    expect(rows).to_contain_text(f"Row 7: {HOSTILE}")
    verdict = page.locator(".verdict").first
    expect(verdict).to_contain_text("1 is still to do: coupa-async retry")
    expect(verdict).to_contain_text("1 order of other spreadsheets is in the table as well")


def test_everything_is_reached_by_keyboard_and_seen_when_it_is(small: Page) -> None:
    small.keyboard.press("Tab")
    expect(small.get_by_role("link", name="To the orders")).to_be_focused()
    small.keyboard.press("Enter")
    small.keyboard.press("Tab")
    expect(small.get_by_role("searchbox")).to_be_focused()
    width = small.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "2px"


def test_dark_and_print_change_the_colours_and_print_shows_all_rows(
    page: Page, make_report: Callable[[int], str]
) -> None:
    page.goto(make_report(250))

    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = paper()
    page.emulate_media(color_scheme="dark")
    assert paper() != light
    page.emulate_media(media="print", color_scheme="dark")
    assert paper() == "rgb(255, 255, 255)"
    expect(page.locator("#table tbody tr")).to_have_count(100)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#table tbody tr")).to_have_count(250)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#table tbody tr")).to_have_count(100)


def test_ten_thousand_orders_stay_smooth(page: Page, make_report: Callable[[int], str], complaints: list[str]) -> None:
    page.goto(make_report(10_000))
    expect(page.get_by_role("status")).to_have_text("10,000 in all")
    expect(page.locator("#table tbody tr")).to_have_count(100)

    def took_ms(code: str) -> float:
        return float(
            page.evaluate(f"() => {{ const t = performance.now(); {code}; document.body.offsetHeight; "
                          "return performance.now() - t; }")
        )  # fmt: skip

    search = "const s = document.getElementById('search'); s.value = {!r}; s.dispatchEvent(new Event('input'))"
    times = [took_ms(f"document.querySelectorAll('thead button')[{column}].click()") for column in range(9)]
    times.append(took_ms(search.format("supplier 3 offer")))
    assert page.get_by_role("status").inner_text() != "10,000 in all"
    times.append(took_ms(search.format("")))
    page.get_by_role("button", name="Last page").click()
    expect(page.get_by_role("navigation")).to_contain_text("Page 100 of 100")
    assert max(times) < SMOOTH_MS
    assert page.evaluate("document.querySelectorAll('*').length") < 6000
    assert complaints == []


def test_data_that_was_asked_for_is_in_the_table_added_up_and_saved_as_a_file(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    totals = ["1.000,50", "2,25", "0,75", ""]
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(
            backend="playwright", lane="auto", workers=1, settings={"data": "total, currency, status, PR Type"}
        )
        for index, total in enumerate(totals):
            fields = (("total", total), ("currency", "BRL"), ("status", "Emitido" if index else HOSTILE))
            shown = tuple((name, text) for name, text in fields if text)
            own = OrderData(language="pt-BR", fields=shown, labels=(("PR Type", '=1+1;"x"'),))
            journal.record(replace(order(index * 5), data=own), AT + timedelta(seconds=index))
        page.goto(write_report(tmp_path, journal, history, AT).as_uri())
    heads = page.locator("#table thead th").all_inner_texts()
    assert heads[8:12] == ["Total", "Currency", "Status", "PR Type"]
    page.get_by_role("button", name="Total", exact=True).click()
    cells = page.locator("#table tbody tr td:nth-child(9)")
    assert cells.all_inner_texts() == ["1,000.50", "2.25", "0.75", ""]
    amounts = page.locator("#amounts tbody tr")
    assert amounts.all_inner_texts() == ["Emitido\t3\t3.00 BRL", f"{HOSTILE}\t1\t1,000.50 BRL"]
    page.locator("#group").select_option("supplier")
    expect(page.locator("#group-name")).to_have_text("Supplier")
    page.get_by_label("Search").fill("PO1 ")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    saved.value.save_as(tmp_path / "saved.csv")
    header, *rows = csv.reader((tmp_path / "saved.csv").read_text("utf-8-sig").splitlines())
    row = dict(zip(header, rows[0], strict=True))
    assert (row["Order"], row["total"], row["currency"], row["status"]) == ("PO1", "1000.50", "BRL", HOSTILE)
    assert row["PR Type"] == '\'=1+1;"x"'
    assert complaints == []
