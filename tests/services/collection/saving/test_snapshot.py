"""The picture of an order that failed is the order's, not the sign-in's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from backends.fake.backend import Answer, FakeBackend, FakeSession
from coupa_async.domain.errors import UnknownPageError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.policies.retry import Backoff
from coupa_async.ports import Document, Profile
from coupa_async.runtime.gather import gather
from coupa_async.services.collection.collector import Collector
from coupa_async.services.collection.collector_config import CollectorConfig
from coupa_async.services.collection.saving.fetch import RetryLimits
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.journal import Journal

BASE = "https://acme.example"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("shown", "is_kept"),
    [
        ("{url}", True),
        ("{url}?version=2", True),
        (f"{BASE}/user/home", False),
        (f"{BASE}/sessions/new", False),
        ("https://login.example/sso", False),
        ("", True),  # a backend that cannot tell
    ],
)
async def test_a_snapshot_that_shows_the_sign_in_is_not_kept(tmp_path: Path, shown: str, is_kept: bool) -> None:
    def answer(url: str, session: FakeSession) -> Answer:
        return Document(url=shown.format(url=url), html="<h1>seen</h1>", status=200)

    storage = Storage(tmp_path / "out")
    storage.prepare()
    with Journal(tmp_path / "journal") as journal:
        collector = Collector(config(storage, journal))
        async with FakeBackend(answer).session(Profile(name="one", directory=tmp_path)) as session:
            order = Order(number=OrderNumber.parse("PO1"))
            result = await collector.give_up(order, UnknownPageError("what is this?"), session)
    assert result.outcome is Outcome.FAILED
    kept = [path.read_text() for path in (tmp_path / "out" / "snapshots").iterdir()]
    assert ["<h1>seen</h1>" in page for page in kept] == ([True] if is_kept else [])


def config(storage: Storage, journal: Journal) -> CollectorConfig:
    return CollectorConfig(
        base_url=BASE,
        journal=journal,
        storage=storage,
        tries=RetryLimits(max_attempts=1, backoff=Backoff(), jitter=lambda: 0.5),
        gather=gather,
        now=datetime.now,
        snapshots=storage.root / "snapshots",
        session_lasts=lambda seconds: None,
    )
