"""How settings become the parts of a run."""

from __future__ import annotations

import pytest

from coupa_async.app.compose import find_backend
from coupa_async.app.limits import bandwidth_notes, finds_workers, most_workers, paced_s, tabs_a_session
from coupa_async.cli.command import parse
from coupa_async.cli.commands.run import Run


@pytest.mark.parametrize(
    ("words", "tabs"),
    [
        (["--lane", "browser", "--max-in-flight", "16"], 1),
        (["--lane", "direct", "--max-in-flight", "16"], 24),
        (["--lane", "auto", "--max-in-flight", "16", "--workers", "2"], 12),
        (["--lane", "direct", "--max-in-flight", "1", "--workers", "6"], 1),
        (["--lane", "browser", "--tabs", "3"], 3),
    ],
)
def test_more_orders_are_in_hand_than_requests_in_flight_where_that_costs_no_browser(
    words: list[str], tabs: int
) -> None:
    assert tabs_a_session(parse(Run, words)) == tabs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lane", "browser"], ""),
        (["--lane", "browser", "--playwright-ws", "ws://127.0.0.1:1"], "come here as fast as they can"),
        (["--lane", "browser", "--backend", "another"], "backend another is not held to COUPA_BANDWIDTH"),
    ],
)
def test_a_bandwidth_that_is_not_kept_everywhere_is_said(words: list[str], told: str) -> None:
    settings = parse(Run, ["--bandwidth", "2MB/s", *words])
    assert settings.bandwidth == 2_000_000
    assert told in " ".join(bandwidth_notes(settings, is_elsewhere="--playwright-ws" in words))
    assert not bandwidth_notes(parse(Run, words))
    assert paced_s(settings) > 600.0 > paced_s(parse(Run, words)) == 0.0


def test_a_proxys_password_that_the_browser_cannot_be_told_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pw@proxy.example:3128")
    words = ["--base-url", "https://t.example", "--lane", "browser"]
    _, notes = find_backend(parse(Run, [*words, "--backend", "selenium"]))
    assert any("Selenium's browser cannot be given" in note and "pw@" not in note for note in notes)
    assert not any("proxy" in note for note in find_backend(parse(Run, words))[1])


@pytest.mark.parametrize(
    ("words", "is_found", "most"),
    [
        (["--lane", "browser"], True, 16),
        (["--lane", "browser", "--workers", "auto"], True, 16),
        (["--lane", "browser", "--workers", "3"], False, 3),
        (["--lane", "direct"], False, 1),
        (["--lane", "auto", "--workers", "2"], False, 2),
    ],
)
def test_the_number_of_workers_is_found_where_each_has_a_browser_and_nothing_is_said(
    words: list[str], is_found: bool, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MAX_PARALLEL_WORKERS", raising=False)
    settings = parse(Run, words)
    assert (finds_workers(settings), most_workers(settings, 500), most_workers(settings, 1)) == (is_found, most, 1)
