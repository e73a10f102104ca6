"""The share of the processors in use, between two looks."""

from __future__ import annotations

from collections.abc import Mapping

from coupa_async.services.diagnostics.processors import ProcessorUse


def test_idle_time_and_waiting_for_a_disk_are_not_use_and_a_guests_time_counts_once() -> None:
    times: list[Mapping[str, float]] = [
        {"user": 10.0, "system": 5.0, "idle": 100.0, "iowait": 5.0, "guest": 4.0},
        {"user": 16.0, "system": 6.0, "idle": 102.0, "iowait": 6.0, "guest": 9.0},
        {"user": 16.0, "system": 6.0, "idle": 102.0, "iowait": 6.0, "guest": 9.0},
    ]
    use = ProcessorUse(lambda: times.pop(0))
    assert use.share() == 0.7
    assert use.share() == 0.0


def test_this_machines_share_is_one() -> None:
    assert 0.0 <= ProcessorUse().share() <= 1.0
