"""What happens to the API's token in the middle of a run, with many workers, and how long the tenant has us wait."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path

import pytest

from coupa_async.domain.outcome import Outcome
from fixtures.catalogue import load
from fixtures.faults import Fault
from tests.app.api_office import Office, opened

pytestmark = pytest.mark.anyio
GOOD = tuple(key for key, order in load().orders.items() if order.outcome == "COMPLETED" and order.fault is None)[:14]
ORDERS = "/api/purchase_orders"


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    async with opened(tmp_path, monkeypatch) as it:
        yield it


def outcomes(office: Office) -> set[Outcome]:
    return {result.outcome for result in office.results("out").values()}


@pytest.mark.parametrize("revoked_at", [1, 9, 30])
async def test_a_token_that_is_refused_to_many_workers_at_once_is_renewed_once(office: Office, revoked_at: int) -> None:
    office.site.api.oauth.revoked_at = revoked_at
    await office.run("out", only=GOOD, workers=5, tabs=4)
    assert office.site.api.oauth.asked == 2
    assert outcomes(office) == {Outcome.COMPLETED}
    assert len(office.results("out")) == len(GOOD)


@pytest.mark.parametrize("revoked_at", [5, 25])
async def test_orders_stay_pending_where_the_client_loses_its_scope_in_the_middle(
    office: Office, revoked_at: int
) -> None:
    office.site.api.oauth.revoked_at = revoked_at
    office.site.api.oauth.lost = frozenset({"core.purchase_order.read"})
    summary = await office.run("out", only=GOOD)
    assert not outcomes(office) & {Outcome.PO_NOT_FOUND, Outcome.NO_ATTACHMENTS}
    told = {result.error for result in office.results("out").values() if result.outcome is not Outcome.COMPLETED}
    assert all("403" in text for text in told)
    assert summary.exit_code in (1, 3)
    assert summary.exit_code == 1 or "lacks the scope core.purchase_order.read" in str(summary.error)


async def test_comments_that_may_not_be_seen_any_more_are_missed_aloud(office: Office) -> None:
    office.site.api.oauth.revoked_at, office.site.api.oauth.lost = 12, frozenset({"core.comment.read"})
    await office.run("out", only=GOOD)
    assert outcomes(office) <= {Outcome.COMPLETED, Outcome.PARTIAL}
    partial = [result for result in office.results("out").values() if result.outcome is Outcome.PARTIAL]
    assert partial
    assert all("ask for the scope core.comment.read" in result.error for result in partial)


@pytest.mark.parametrize("ahead_s", [1, -3600])
async def test_a_date_until_which_to_wait_is_kept(office: Office, ahead_s: int) -> None:
    wait = formatdate(time.time() + ahead_s, usegmt=True)
    for path in (ORDERS, f"{ORDERS}/15262985/comments"):
        office.site.faults.put(path, Fault(kind="status", status=429, retry_after=wait, first=1))
    await office.run("out", only=GOOD[:3], patience_s=20)
    assert outcomes(office) == {Outcome.COMPLETED}


@pytest.mark.parametrize("skew_s", [3600, -3600])
async def test_a_clock_that_is_an_hour_wrong_costs_a_token_at_most(office: Office, skew_s: int) -> None:
    await office.run("before", only=GOOD[:1])
    kept = office.folder / "state.token.json"
    told = json.loads(kept.read_text())
    kept.write_text(json.dumps(told | {"got_s": told["got_s"] + skew_s}))
    await office.run("out", only=GOOD[:3])
    assert outcomes(office) == {Outcome.COMPLETED}
    assert office.site.api.oauth.asked <= 2
