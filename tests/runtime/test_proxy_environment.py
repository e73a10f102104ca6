"""A proxy is asked for what is elsewhere, and never for what is on this machine."""

from __future__ import annotations

import os

import pytest

from coupa_async.cli.main import main
from coupa_async.runtime.proxy_environment import keep_here_direct

PROXY = "http://proxy.example:8080"


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("exempt", [{}, {"NO_PROXY": ".example.com, 10.0.0.1"}, {"no_proxy": "localhost"}])
def test_this_machine_is_exempt_from_a_proxy_beside_what_was_exempt_before(name: str, exempt: dict[str, str]) -> None:
    environment = {name: PROXY, **exempt}
    keep_here_direct(environment)
    keep_here_direct(environment)
    (given,) = [value for name, value in environment.items() if name.lower() == "no_proxy"]
    before = [item.strip() for value in exempt.values() for item in value.split(",")]
    assert sorted(given.split(",")) == sorted({*before, "localhost", "127.0.0.1", "::1"})


@pytest.mark.parametrize("environment", [{}, {"http_proxy": ""}, {"NO_PROXY": "x"}])
def test_without_a_proxy_nothing_is_set(environment: dict[str, str]) -> None:
    before = dict(environment)
    keep_here_direct(environment)
    assert environment == before


def test_everything_that_the_program_starts_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", PROXY)
    monkeypatch.setenv("no_proxy", "intern.example")
    assert main(["--version"]) == 0
    assert os.environ["no_proxy"] == "intern.example,localhost,127.0.0.1,::1"
