"""How a person writes a bandwidth, and what the bucket makes of it."""

from __future__ import annotations

import pytest

from coupa_async.domain.policies.bandwidth import TokenBucket, parse_bandwidth


@pytest.mark.parametrize(
    ("text", "per_s"),
    [
        ("2MB/s", 2_000_000),
        ("2 MB/s", 2_000_000),
        ("2mb", 2_000_000),
        ("0.5M", 500_000),
        ("500kB/s", 500_000),
        ("1MiB/s", 1 << 20),
        ("16Mbit/s", 2_000_000),
        ("16 Mbps", 2_000_000),
        ("250000", 250_000),
        ("1GB/s", 10**9),
        ("off", None),
        ("", None),
    ],
)
def test_a_bandwidth_is_read_as_people_write_it(text: str, per_s: int | None) -> None:
    assert parse_bandwidth(text) == per_s


@pytest.mark.parametrize("text", ["fast", "-2MB/s", "2 parsecs/s", "MB/s", "1.2.3MB/s", "2MB/h", "٢MB", "1e6"])
def test_what_is_no_bandwidth_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write 2MB/s"):
        parse_bandwidth(text)


def test_bits_or_bytes_are_not_guessed_and_almost_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="bits or bytes"):
        parse_bandwidth("16Mb/s")
    with pytest.raises(ValueError, match="less than 16kB/s"):
        parse_bandwidth("1kB/s")


def test_what_came_is_paid_for_in_time_and_little_is_saved_up() -> None:
    bucket, now_s = TokenBucket(), 100.0
    for _ in range(10):
        bucket = bucket.took(100_000, 1_000_000, now_s)
    assert bucket.paid_s == pytest.approx(101.0, abs=0.11)
    assert bucket.took(100_000, 1_000_000, 500.0).paid_s == pytest.approx(500.0, abs=0.11)
