"""``record --api``: the shape of a tenant's answers stays, and nothing that somebody wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coupa_async.app.record_api import record_api
from coupa_async.cli.commands.record import Record, record
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.recording.api_answers import ApiScrubber, scrubbed
from fixtures.catalogue import load
from tests.app.api_office import CLIENT, opened

pytestmark = pytest.mark.anyio
KEYS = ("15262984", "15262985", "15262998")


async def test_answers_keep_their_shape_and_none_of_their_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = load()
    async with opened(tmp_path, monkeypatch, catalogue) as office:
        own = {"base_url": office.url, "token_rest_s": 0, "storage_state": tmp_path / "state.json"} | CLIENT
        settings = Record.read(**own, orders=[f"PO{key}" for key in KEYS], output_dir=tmp_path / "kept", api=True)
        assert await record(settings) == 0
        found = await record_api(settings, [OrderNumber.parse(f"PO{key}") for key in KEYS])
    files = {path.name: path.read_text() for path in (tmp_path / "kept" / "answers").iterdir()}
    assert files.keys() == found.files.keys()
    assert {"together-200.json", "order-1-lines-200.json", "order-3-requisition-comments-200.json"} <= files.keys()
    everything = "\n".join(files.values())
    orders = [catalogue.orders[key] for key in KEYS]
    secrets = {order.number for order in orders} | {order.supplier for order in orders} | {office.url}
    secrets |= {item.name for order in orders for item in order.attachments if item.name}
    secrets |= {line.entity for order in orders for line in order.lines()} | {
        order.data.ship_to_user for order in orders
    }
    assert not [secret for secret in secrets if secret and secret in everything]
    first = json.loads(files["order-1-lookup-200.json"])[0]
    assert re.fullmatch(r"PO88\d{6}", first["po-number"])
    assert [item["type"] for item in first["attachments"]] == ["AttachmentFile"] * 3
    assert len(first["order-lines"]) == 2


@pytest.mark.parametrize(
    ("field", "was", "now"),
    [
        ("status", "soft_closed", "soft_closed"),
        ("status", "Held by J. Doe", "Text 1"),
        ("total", "120.450000", "770.770000"),
        ("need-by-date", "2024-05-06T00:00:00+02:00", "2025-01-02T08:00:00+00:00"),
        ("file-file-name", "Salary J. Doe.pdf", "File 1.pdf"),
        ("file-file-name", "secret.doe", "File 1.bin"),
        ("description", "Offer for J. Doe", "Text 1"),
        ("code", "PAYROLL", "Text 1"),
        ("id", 123456, 88000001),
        ("salary", "x", None),
    ],
)
def test_each_value_stays_or_goes_by_its_field(field: str, was: object, now: object) -> None:
    told = json.loads(scrubbed(json.dumps({field: was}), ApiScrubber()))
    assert told == ({"field-1": "Text 1"} if now is None else {field: now})


def test_names_of_a_tenants_own_fields_go_too_and_what_is_no_json_is_not_shown() -> None:
    scrubber = ApiScrubber()
    told = json.loads(scrubbed(json.dumps({"custom-fields": {"name": "J. Doe", "approver-doe": {"id": 1}}}), scrubber))
    assert told == {"custom-fields": {"field-1": "Text 1", "field-2": {"id": 88000001}}}
    assert "Doe" not in scrubbed("<html>J. Doe", scrubber)


def test_what_was_replaced_in_one_place_and_stands_in_another_is_a_leak() -> None:
    scrubber = ApiScrubber()
    shown = scrubbed(json.dumps({"description": "Doe Industries", "status": "Doe"}), scrubber)
    assert scrubber.leaks_of(shown) == []
    assert scrubber.leaks_of(shown + "Doe Industries") == ["text"]
