"""Lines of the API: exact values, several accounts, fields of the tenant's own, joined from two answers."""

from __future__ import annotations

import json
from typing import Any

from coupa_async.domain.api.answers import Record, read_json, text
from coupa_async.domain.api.lines import belongs_to, longest_list, merged, read_lines
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.lines import OrderLine


def record(**told: Any) -> Record:
    value = read_json(json.dumps({key.replace("_", "-"): item for key, item in told.items()}))
    assert isinstance(value, dict)
    return value


def line(**told: Any) -> OrderLine:
    return read_lines([record(**told)], Bounds(), is_sure=True).lines[0]


def test_amounts_keep_every_digit_that_says_something() -> None:
    found = line(quantity="12.500000", price="0.000000000000000000123", total="1000", received=3.0, invoiced="1e3")
    assert [found.field(name) for name in ("quantity", "price", "total", "received", "invoiced")] == [
        *("12.5", "0.000000000000000000123", "1000", "3", "1e3"),
    ]


def test_a_line_of_several_accounts_tells_each_part_of_all() -> None:
    accounts = [
        {"account": {"code": "1-A", "segment-1": "1", "segment-2": "A", "account-type": {"name": "Holding"}}},
        {"account": {"code": "1-B", "segment-1": "1", "segment-2": "B", "account-type": {"name": "Holding"}}},
    ]
    found = line(account_allocations=accounts, account={"code": "unused"})
    assert (found.field("account"), found.parts, found.field("legal entity")) == ("1-A; 1-B", ("1", "A; B"), "Holding")


def test_the_tenants_own_fields_have_its_names_as_words() -> None:
    own = {"gate-number": "4", "is-urgent": True, "plant": {"id": 1, "name": "Lyon"}, "empty": None}
    assert line(custom_fields=own).labels == (
        *(("gate number", "4"), ("is urgent", "true"), ("plant", "Lyon"), ("empty", "")),
    )


def test_lines_from_two_answers_are_one_list_with_all_attachments() -> None:
    one = [record(id=1, attachments=[]), record(id=2, attachments=[{"id": 5}])]
    two = [record(id=2, attachments=[{"id": 6}]), record(id=3)]
    joined = merged(one, two)
    assert [text(item, "id") for item in joined] == ["1", "2", "3"]
    assert longest_list(joined) == 2
    assert joined[2]["attachments"] is None


def test_only_a_line_that_names_the_order_is_its_own() -> None:
    assert [belongs_to(record(order_header_id=told), "7") for told in (7, "7", 8, None)] == [True, True, False, False]


def test_lines_that_are_not_known_to_be_all_say_so() -> None:
    few, bounds = [record(id=1), record(id=2)], Bounds(page_lines=1)
    assert read_lines(few, Bounds(), is_sure=True).note == ""
    assert read_lines(few, Bounds(), is_sure=False).note == "2 lines were read, and there are more"
    assert read_lines(few, bounds, is_sure=True).note == "1 of 2 lines were read"
