"""Order numbers in every form that sheets have them."""

from __future__ import annotations

import pytest

from coupa_async.domain.errors import BadOrderNumberError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import FailedAttachment, Outcome, judge


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
