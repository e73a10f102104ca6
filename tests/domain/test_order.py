"""Order numbers in every form that sheets have them."""

from __future__ import annotations

import pytest

from coupa_async.domain.errors import BadOrderNumberError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import FailedAttachment, Outcome, explanation, judge, judge_left_out


@pytest.mark.parametrize(
    "raw", ["PO123", "pm123", "123", "123.0", " 123 ", 123, 123.0, "PO 123", "\u00a0PO123", "po123"]
)
def test_every_form_of_a_number_is_one_order(raw: object) -> None:
    assert OrderNumber.parse(raw).key == "123"


@pytest.mark.parametrize(("raw", "shown"), [("PO123", "PO123"), ("pm123", "pm123"), (123.0, "123"), ("123.0", "123")])
def test_the_shown_form_is_the_sheets(raw: object, shown: str) -> None:
    assert OrderNumber.parse(raw).shown == shown


@pytest.mark.parametrize(
    "raw", ["ABC", "", None, "PO", True, "1" * 41, "../1", 12.5, "١٢٣", "Total 12", "2025-12-31", -5]
)
def test_what_is_no_number_is_told(raw: object) -> None:
    with pytest.raises(BadOrderNumberError, match="order number"):
        OrderNumber.parse(raw)


def failed(*, late: bool) -> FailedAttachment:
    return FailedAttachment(id="1", name="a", reason="r", timed_out=late)


@pytest.mark.parametrize(
    ("found", "saved", "failures", "outcome"),
    [
        (0, 0, [], Outcome.NO_ATTACHMENTS),
        (2, 2, [], Outcome.COMPLETED),
        (3, 2, [failed(late=False)], Outcome.PARTIAL),
        (1, 0, [failed(late=False)], Outcome.FAILED),
        (1, 0, [failed(late=True)], Outcome.TIMEOUT),
        (2, 0, [failed(late=True), failed(late=False)], Outcome.FAILED),
    ],
)
def test_the_outcome_follows_from_what_is_on_disk(
    found: int, saved: int, failures: list[FailedAttachment], outcome: Outcome
) -> None:
    assert judge(found, saved, failures) is outcome


def test_a_page_that_did_not_show_all_that_it_announced_is_never_a_good_outcome() -> None:
    assert judge(0, 0, [], is_whole=False) is Outcome.FAILED
    assert judge(2, 2, [], is_whole=False) is Outcome.PARTIAL
    assert judge_left_out(is_whole=True) is Outcome.COMPLETED
    assert judge_left_out(is_whole=False) is Outcome.FAILED


def test_an_explanation_names_every_file_that_failed_and_where_the_others_came_from() -> None:
    gone = [FailedAttachment(id=name, name=name, reason="it is gone") for name in ("a", "b")]
    assert explanation(3, gone, ["one line was not read"], "https://t/r/1", ["note"]) == (
        "one line was not read. 2 of 3 attachments failed: a: it is gone; b: it is gone. "
        "taken from the requisition https://t/r/1. note"
    )
    assert explanation(3, [], [], "", []) == ""
