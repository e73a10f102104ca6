"""All sessions forgotten in the middle of a run, by a tenant whose SSO needs nobody and ends on its landing page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from coupa_async.domain.outcome import Outcome
from tests.e2e.conftest import BACKENDS, Run, Running, Site, results

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Start = Callable[..., Running]
Sheet = Callable[[int], Path]
ORDERS = 40
MODES = ("sso-landing", "oidc-landing", "sso")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("backend", "lane", "mode"),
    [
        *product(("playwright", "selenium"), ("auto", "direct", "browser"), MODES[:1]),
        *product(("playwright", "selenium"), ("browser",), MODES[1:]),
    ],
)
def test_no_order_pays_for_a_sign_in_that_ends_elsewhere(
    start: Start, site: Site, load_sheet: Sheet, backend: str, lane: str, mode: str
) -> None:
    """S1"""
    site.ask("sign-in", {"mode": mode})
    site.ask("latency", {"latency_ms": 20, "file_latency_ms": 30})
    try:
        run = start(load_sheet(ORDERS), "--workers", "3", "--backend", backend, "--lane", lane)
        for done in (6, 16, 26):
            run.until("OrderFinished", done)
            site.ask("expire", {})
        assert run.end() == 0, (run.out.parent / "said").read_text()
    finally:
        site.ask("latency", {"latency_ms": 0, "file_latency_ms": 0})
    found = results(run.out)
    assert Counter(result.outcome for result in found.values()) == {Outcome.COMPLETED: ORDERS}
    assert {len(result.saved) for result in found.values()} == {2}
    assert {result.attempts for result in found.values()} == {1}
    assert not run.told("WorkerRestarting")
    assert site.ask("log/count")["tries"] == 1  # the SSO knows each browser ever since
    assert len(run.told("SignedIn")) <= 4
    assert site.ask("log")["violations"] == []


@BACKENDS
def test_a_password_is_not_typed_at_an_identity_provider_that_nobody_named(
    coupa: Run, site: Site, load_sheet: Sheet, backend: str
) -> None:
    site.ask("sign-in", {"mode": "sso-landing"})
    words = ("run", load_sheet(2), "-o", "out", "--no-input", "--backend", backend)
    done = coupa(*words, COUPA_SIGN_IN_ORIGINS="", COUPA_SETTLE_S="2")
    assert done.returncode == 3
    assert f"set COUPA_SIGN_IN_ORIGINS={site.where['sso_url']}" in done.stderr
    assert site.ask("log/count")["tries"] == 0
