"""Records of the API as they may come: spelled in two ways, of unknown types, with and without what tells them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coupa_async.domain.api.answers import NotJsonError, error_text, read_json
from coupa_async.domain.api.documents import ApiDocument, read_document
from coupa_async.domain.api.queries import by_numbers, is_api, number_forms
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.order import AttachmentIntent, AttachmentKind, AttachmentPlace, AttachmentSource, OrderNumber
from coupa_async.domain.pages.page import OrderPage

BASE = "https://tenant.example"
FILE = {"id": 5, "type": "AttachmentFile", "intent": "Supplier", "file-file-name": "Offer.pdf", "file-url": "/a/5"}
ORDER = {
    "id": 7,
    "po-number": "PO7",
    "supplier": {"name": " Northwind  Paper "},
    "requisition-header": {"id": 9},
    "attachments": [FILE],
    "order-lines": [{"line-num": "2", "attachments": [FILE | {"id": 6}]}],
}


def document(**other: Any) -> ApiDocument | None:
    record = read_json(json.dumps(ORDER | {key.replace("_", "-"): value for key, value in other.items()}))
    assert isinstance(record, dict)
    return read_document(record, AttachmentSource.ORDER)


def page(**other: Any) -> OrderPage:
    found = document(**other)
    assert found is not None
    return found.page(BASE)


def test_an_order_becomes_the_record_that_its_page_gives() -> None:
    shown = page()
    assert (shown.url, shown.supplier, shown.numbers) == (f"{BASE}/order_headers/7", "Northwind Paper", ("PO7",))
    assert (shown.requisition_url, shown.missing, shown.page_id) == (f"{BASE}/requisition_headers/9", "", "7")
    first, second = shown.attachments
    assert (first.url, first.also_at) == (f"{BASE}/api/purchase_orders/7/attachments/5", f"{BASE}/a/5")
    assert (first.place, first.intent) == (AttachmentPlace.HEADER, AttachmentIntent.SUPPLIER)
    assert (second.place, second.line) == (AttachmentPlace.LINE, "2")


def test_hyphens_and_underscores_are_one() -> None:
    plain = json.loads(json.dumps(ORDER).replace("-", "_"))
    assert read_document(read_json(json.dumps(plain)), AttachmentSource.ORDER) == document()  # type: ignore[arg-type]


def test_numbers_stay_the_digits_that_were_sent() -> None:
    assert read_json('{"a": 12.500000000000000001, "b": 90071992547409931, "c": NaN}') == {
        "a": "12.500000000000000001",
        "b": "90071992547409931",
        "c": None,
    }


@pytest.mark.parametrize("text", ["", "<html>", '{"id": 1', "[" * 100_000, '{"a": 1}}'])
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotJsonError):
        read_json(text)


@pytest.mark.parametrize(
    ("attached", "kind", "name"),
    [
        ({"type": "AttachmentText", "text": "=== \nGate 3\nCall"}, AttachmentKind.TEXT, "Gate 3"),
        ({"type": "AttachmentUrl", "url": "https://x.example/a"}, AttachmentKind.URL, "https://x.example/a"),
        ({"type": "url", "url": "javascript:alert(1)"}, AttachmentKind.TEXT, "javascript:alert(1)"),
        ({"type": "AttachmentOfTomorrow", "file-file-name": "New.pdf"}, AttachmentKind.FILE, "New.pdf"),
        ({"type": None, "file-url": "/attachment/x/Bare.pdf?key=1"}, AttachmentKind.FILE, "Bare.pdf"),
        ({"text": "only a text"}, AttachmentKind.TEXT, "only a text"),
    ],
)
def test_an_attachment_is_what_its_type_says_or_what_it_has(
    attached: dict[str, object], kind: AttachmentKind, name: str
) -> None:
    (found,) = page(attachments=[{"id": 5} | attached], order_lines=[]).attachments
    assert (found.kind, found.name, found.id) == (kind, name, "5")


@pytest.mark.parametrize(
    "attached", [{"id": 5, "type": "AttachmentOfTomorrow"}, {"type": "AttachmentFile"}, {"id": "../x"}]
)
def test_what_is_named_and_cannot_be_read_is_missed_aloud(attached: dict[str, object]) -> None:
    shown = page(attachments=[attached])
    assert len(shown.attachments) == 1
    assert "the API does not show what is in attachment" in shown.missing


def test_one_id_is_one_attachment_and_a_file_before_another_kind() -> None:
    shown = page(attachments=[{"id": 5, "text": "x"}, FILE, FILE], order_lines=[])
    assert [attachment.kind for attachment in shown.attachments] == [AttachmentKind.FILE]


@pytest.mark.parametrize("other", [{"id": None}, {"id": "x"}, {"po_number": None}, {"po_number": ""}])
def test_a_record_that_does_not_say_which_order_it_is_is_none(other: dict[str, object]) -> None:
    assert document(**other) is None


@pytest.mark.parametrize("name", ["attachments", "order_lines"])
def test_a_list_that_is_missing_is_not_an_empty_one(name: str) -> None:
    missing, empty = document(**{name: None}), document(**{name: []})
    assert missing is not None
    assert empty is not None
    which = "lines" if name == "order_lines" else name
    assert (getattr(missing, which), getattr(empty, which)) == (None, ())


def test_more_attachments_than_any_order_has_are_refused() -> None:
    found = document(attachments=[FILE | {"id": number} for number in range(11)])
    assert found is not None
    with pytest.raises(ExcessivePageError, match="the API names 11 attachments, more than 10"):
        found.page(BASE, bounds=Bounds(page_attachments=10))


def test_a_number_is_asked_for_in_each_of_its_forms_once() -> None:
    assert number_forms(OrderNumber.parse("po 00123")) == ("po00123", "123", "PO123", "00123", "PO00123")
    assert number_forms(OrderNumber.parse(15262984)) == ("15262984", "PO15262984")
    url = by_numbers(BASE, ["PO1", "a&b"], is_bulk=True)
    assert url.startswith(f"{BASE}/api/purchase_orders?po_number%5Bin%5D=PO1,a%26b&fields=%5B")
    assert is_api(url, BASE)
    assert not is_api(f"{BASE}.evil.example/api/x", BASE)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('{"errors":{"base":["not allowed","at all"],"x":"y"}}', "not allowed: at all: y"),
        ('{"error":"invalid_client","error_description":"Unknown\\nclient"}', "invalid_client: Unknown client"),
        ("<html>", ""),
        ("[1]", ""),
    ],
)
def test_an_error_is_told_in_one_line(answer: str, told: str) -> None:
    assert error_text(answer) == told
