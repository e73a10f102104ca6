from __future__ import annotations

import pytest

from coupa_async.domain.errors import BusyError, RefusedDownloadError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import FailedAttachment, OrderResult, Outcome
from coupa_async.domain.totals.causes import Cause, by_cause, cause_of


def result(number: int, outcome: Outcome, error: str = "", reason: str = "") -> OrderResult:
    failed = (FailedAttachment(id="1", name="1 of 2 bytes.pdf", reason=reason),) if reason else ()
    return OrderResult(number=OrderNumber.parse(f"PO{number}"), outcome=outcome, url="", error=error, failed=failed)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (str(RefusedDownloadError(403)), Cause.NO_ACCESS),
        (str(RefusedDownloadError(404)), Cause.GONE),
        (str(RefusedDownloadError(503)), Cause.BUSY),
        ("the tenant answered 404", Cause.GONE),  # as journals of older versions have it
        ("a page came instead of a file", Cause.NOT_A_FILE),
        ("its address is not asked: it is no address of the tenant", Cause.ELSEWHERE),
        ("it is cut short", Cause.BROKEN),
        ("/x/a.pdf: Permission denied: is it open in another program? Else see its permissions", Cause.IN_USE),
        ("unexpected: KeyError: 'x', see run.log", Cause.PROGRAM),
        ("something new", Cause.OTHER),
    ],
)
def test_a_reason_has_a_cause_whatever_the_file_is_called(reason: str, cause: Cause) -> None:
    assert cause_of(result(1, Outcome.PARTIAL, f"1 of 3 attachments failed: {reason}", reason)) is cause


def test_an_outcome_tells_the_cause_where_no_reason_does() -> None:
    assert cause_of(result(1, Outcome.PO_NOT_FOUND, "no such order in Coupa, or no access to it")) is Cause.NOT_FOUND
    assert cause_of(result(1, Outcome.TIMEOUT, "it was late")) is Cause.LATE


def test_causes_come_with_their_orders_the_most_frequent_first_and_good_ones_not_at_all() -> None:
    found = by_cause(
        [
            result(1, Outcome.COMPLETED),
            result(2, Outcome.FAILED, str(BusyError("x", 500))),
            result(3, Outcome.PO_NOT_FOUND),
            result(4, Outcome.PO_NOT_FOUND),
            result(5, Outcome.NO_ATTACHMENTS),
        ]
    )
    assert [(group.cause, group.keys) for group in found] == [
        (Cause.NOT_FOUND, frozenset({"3", "4"})),
        (Cause.BUSY, frozenset({"2"})),
    ]
