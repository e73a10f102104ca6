"""Answers of the API that are beyond all measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.fake.backend import FakeBackend
from coupa_async.domain.api.answers import error_text
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.ports import Document, Profile
from coupa_async.services.api.ask import ask

pytestmark = pytest.mark.anyio
BASE = "https://t.coupahost.com"


async def test_an_answer_larger_than_any_real_one_is_not_read(tmp_path: Path) -> None:
    text = "[" + "[]," * (17 * 2**20 // 3) + "[]]"
    profile = Profile(name="worker-1", directory=tmp_path)
    async with FakeBackend(lambda url, _: Document(url=url, html=text, status=200)).session(profile) as session:
        with pytest.raises(ExcessivePageError, match="the API's answer has 17,825,"):
            await ask(session, f"{BASE}/api/purchase_orders", BASE)


def test_of_an_error_that_is_beyond_all_measure_nothing_is_shown() -> None:
    assert error_text('{"error": "' + "x" * 90_000 + '"}') == "x" * 200
    assert error_text('{"error": "' + "x" * 200_000 + '"}') == ""
