"""Room on the disk: which files may come in, and whose fault it is where they may not."""

from __future__ import annotations

import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.files.disk_space import Space, disk_full, no_room, shown_size, too_large

MIB = 1 << 20
GIB = 1 << 30
LARGE = Space(total_bytes=500 * GIB, free_bytes=20 * GIB)
BOUNDS = Bounds(disk_reserve_bytes=256 * MIB, file_bytes=None)


@pytest.mark.parametrize(("arrived", "announced"), [(0, None), (0, 19 * GIB), (30 * GIB, 40 * GIB), (5 * GIB, None)])
def test_what_leaves_the_reserve_may_come(arrived: int, announced: int | None) -> None:
    assert no_room(arrived, announced, LARGE, BOUNDS) is None


def test_a_file_that_is_announced_larger_than_the_disk_is_refused_before_it_comes() -> None:
    refusal = no_room(0, 10 << 40, LARGE, BOUNDS)
    assert refusal is not None
    assert refusal.is_its_own
    assert "10 TB" in refusal.reason
    assert "20 GB are free" in refusal.reason


def test_a_file_without_an_end_is_stopped_at_the_reserve() -> None:
    refusal = no_room(19 * GIB, None, Space(total_bytes=500 * GIB, free_bytes=255 * MIB), BOUNDS)
    assert refusal is not None
    assert refusal.is_its_own


def test_a_small_file_is_not_the_reason_why_a_disk_is_full() -> None:
    refusal = no_room(0, 4_000, Space(total_bytes=500 * GIB, free_bytes=100 * MIB), BOUNDS)
    assert refusal is not None
    assert not refusal.is_its_own


def test_a_small_disk_keeps_a_tenth_free_and_no_more() -> None:
    stick = Space(total_bytes=64 * MIB, free_bytes=10 * MIB)
    assert no_room(0, 3 * MIB, stick, BOUNDS) is None
    assert no_room(0, 4 * MIB, stick, BOUNDS) is not None


def test_a_disk_that_takes_no_more_and_says_it_has_room_has_a_quota_for_that_file() -> None:
    assert disk_full(0, 4_000, LARGE, BOUNDS).is_its_own
    assert not disk_full(0, 4_000, Space(total_bytes=500 * GIB, free_bytes=0), BOUNDS).is_its_own


def test_a_file_may_be_as_large_as_the_setting_says() -> None:
    bounds = Bounds(file_bytes=5 * MIB)
    assert too_large(5 * MIB, bounds) is None
    refusal = too_large(5 * MIB + 1, bounds)
    assert refusal is not None
    assert "larger than 5.0 MB" in refusal.reason
    assert "COUPA_MAX_FILE_MB" in refusal.reason
    assert too_large(10 << 40, BOUNDS) is None


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 kB"), (12 * GIB, "12 GB"), (5000 << 40, "5000 TB")],
)
def test_sizes_are_for_people(size_bytes: int, text: str) -> None:
    assert shown_size(size_bytes) == text
