"""What is too wide for the terminal: addresses are shortened before causes, and no name is broken."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from coupa_async.cli.display.fitting import print_text, shortened, wrapped

LONG = "https://acme-corporation.coupahost.com/attachment/attachment_file/type/123456/Offer_2025-118.pdf?supplier_view_key=x"


@pytest.mark.parametrize(
    "text",
    [
        f"1 of 3 attachments failed: {LONG}: Coupa answered 404",
        f"this address shows PO99871, not PO72001: {LONG}",
        f"{LONG}: no page in 30 s",
        f"taken from {LONG} and {LONG}y: both were refused: ask for access",
    ],
)
@pytest.mark.parametrize("width", [65, 80, 120])
def test_addresses_are_shortened_and_the_causes_at_both_ends_stay(text: str, width: int) -> None:
    short = shortened(text, width)
    assert cell_len(short) <= width
    assert short.split()[-1] == text.split()[-1] or LONG in text.split()[-1]
    assert width < 120 or text.count("https:") > 1 or "https://acme-corporation.coupahost.com/" in short


def test_a_shortened_address_keeps_its_scheme_and_host() -> None:
    text = f"Coupa answered 500 for {LONG.replace('https', 'http')}"
    assert shortened(text, 110).split()[-1] == "http://acme-corporation.coupahost.com/…/Offer_2025-118.pdf"


def test_an_address_goes_altogether_before_a_cause_is_cut() -> None:
    text = (
        "http://127.0.0.1:40655/order_headers/15263007: neither an order nor a not-found page (title 'Scheduled work')"
    )
    assert shortened(text, 65) == "…: neither an order nor a not-found page (title 'Scheduled work')"


def test_what_fits_stays_as_it_is() -> None:
    assert shortened(f"see {LONG}", 200) == f"see {LONG}"
    assert shortened("two\n lines", 80) == "two lines"


def test_without_an_address_the_middle_is_cut_between_words() -> None:
    text = "the page of the order could not be read after three tries because Coupa answered 503 each time"
    assert shortened(text, 60) == "the page of the order could not be … answered 503 each time"
    assert cell_len(shortened("x" * 200, 60)) == 60
    assert cell_len(shortened("数" * 100, 61)) <= 61
    assert shortened("x" * 50 + " and then it was refused", 40) == "… and then it was refused"


@pytest.mark.parametrize("width", [48, 60, 80])
def test_a_line_never_breaks_inside_a_host_or_a_placeholder(width: int) -> None:
    path = "/home/ana/pedidos de compra/saida-muito-comprida/EMEA/Unknown/A. Silva/PO_15263002_{OUTCOME}"
    text = f"{path}: set COUPA_BASE_URL to what https://acme-corporation.coupahost.com/user/home shows"
    lines = wrapped(text, width, indent=4).split("\n")
    assert any("{OUTCOME}" in line for line in lines)
    assert any("acme-corporation.coupahost.com" in line for line in lines)
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])
    assert "".join(line.strip() for line in lines).replace(" ", "") == text.replace(" ", "")


def test_a_file_gets_the_text_as_it_is() -> None:
    console = Console(file=io.StringIO(), width=40)
    print_text(console, f"see {LONG} for all of it")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == f"see {LONG} for all of it\n"
