"""What is done about an error, and how long is waited."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.errors import (
    BrokenDownloadError,
    BusyError,
    CoupaError,
    CutDownloadError,
    DownloadTimeoutError,
    NotAFileError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
    SessionLostError,
    SignInPassedError,
    SignInRequiredError,
    StorageError,
    UnknownPageError,
    UnreachableError,
)
from coupa_async.domain.policies.retry import (
    Backoff,
    Decision,
    GiveUp,
    RestartSession,
    Retry,
    SignInAgain,
    StopRun,
    decide,
    is_timeout,
    retry_after_s,
)

NOW = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)


def decided(error: CoupaError, attempt: int = 1) -> Decision:
    return decide(error, attempt, max_attempts=3, backoff=Backoff(base_s=2.0), jitter=0.5)


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (SessionLostError("x"), RestartSession()),
        (SignInRequiredError("x"), SignInAgain()),
        (SignInPassedError("x", "y"), SignInAgain()),
        (StorageError("x"), StopRun()),
        (RefusedDownloadError(404), GiveUp()),
        (RefusedDownloadError(403), GiveUp()),
        (NotAFileError("x"), GiveUp()),
        (RefusedDownloadError(500), Retry(1.0)),
        (RefusedDownloadError(503, 7.0), Retry(7.0)),
        (BusyError("x", 429, 9.0), Retry(9.0)),
        (BusyError("x", 429), Retry(1.5)),
        (BusyError("x", 500), Retry(1.0)),
        (BrokenDownloadError("x"), Retry(1.0)),
        (UnreachableError("x"), Retry(1.0)),
        (UnknownPageError("x"), Retry(1.0)),
        (PageError("x"), Retry(1.0)),
    ],
)
def test_the_class_of_an_error_decides_its_cure(error: CoupaError, decision: Decision) -> None:
    assert decided(error) == decision


def test_tries_end() -> None:
    assert decided(PageError("x"), 3) == GiveUp()
    assert decided(SessionLostError("x"), 99) == RestartSession()


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_delay_is_never_longer_than_the_cap(failures: int, jitter: float) -> None:
    assert 0 <= Backoff(base_s=1.0, cap_s=60.0).delay_s(failures, jitter) <= 60


def test_delays_double() -> None:
    assert [Backoff(base_s=1.0, cap_s=5.0).delay_s(n, 1.0) for n in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("0", 0.0),
        ("-5", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("99999999999999999999999", 300.0),
        ("Sun, 01 Jun 2025 12:00:30 GMT", 30.0),
        ("Sun, 01 Jun 2025 11:00:00 GMT", 0.0),
        ("Sun, 01 Jun 2125 11:00:00 GMT", 300.0),
    ],
)
def test_retry_after_is_read_in_every_form_and_clamped(header: str | None, wait_s: float | None) -> None:
    assert retry_after_s(header, NOW) == wait_s


def test_only_time_makes_a_timeout() -> None:
    assert is_timeout(PageTimeoutError("x"))
    assert is_timeout(DownloadTimeoutError("x"))
    assert not is_timeout(PageError("x"))


@pytest.mark.parametrize(
    "error",
    [CutDownloadError("reset"), BusyError("u", 429), BusyError("u", 503), RefusedDownloadError(503)],
    ids=str,
)
def test_what_passes_by_itself_is_tried_for_longer_than_it_lasts(error: CoupaError) -> None:
    assert [_wait_s(error, attempt) for attempt in range(1, 6)] == [0.5, 1.0, 2.0, 4.0, -1.0]


def test_what_one_request_alone_meets_gets_its_tries_and_no_more() -> None:
    assert [_wait_s(RefusedDownloadError(500), attempt) for attempt in range(1, 4)] == [0.0, 0.0, -1.0]


def _wait_s(error: CoupaError, attempt: int) -> float:
    decision = decide(error, attempt, max_attempts=3, backoff=Backoff(base_s=1.0), jitter=0.0)
    return decision.delay_s if isinstance(decision, Retry) else -1.0
