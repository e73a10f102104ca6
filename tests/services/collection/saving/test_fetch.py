"""Attachments through a session in memory: what is kept, what is asked for again, and what is said of it."""

from __future__ import annotations

from itertools import chain, repeat
from pathlib import Path

import pytest

from backends.fake.backend import Answer, Body, FakeBackend, FakeSession
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentSource
from coupa_async.domain.outcome import FailedAttachment
from coupa_async.domain.policies.retry import Backoff
from coupa_async.ports import Profile
from coupa_async.services.collection.saving.fetch import RetryLimits, Staged, fetch
from coupa_async.services.files.order_folder import OrderFolder
from tests.domain.samples import PDF, WHOLE, jpeg

pytestmark = pytest.mark.anyio
BASE = "https://t"
TRIES = RetryLimits(max_attempts=3, backoff=Backoff(base_s=0.001, cap_s=0.001), jitter=lambda: 0.5)
SIGN_IN = b"<html><form><input name=user><input type=password></form>"


class Tenant:
    """Answers with these bytes in turn, the last ones for ever."""

    def __init__(self, *bodies: bytes, name: str | None = None) -> None:
        self.asked = 0
        self._bodies = chain(bodies, repeat(bodies[-1]))
        self._name = name

    def answer(self, url: str, session: FakeSession) -> Answer:
        self.asked += 1
        return Body(data=next(self._bodies), name=self._name)


async def got(tenant: Tenant, name: str, tmp_path: Path, *, tries: RetryLimits = TRIES) -> Staged | FailedAttachment:
    attachment = Attachment(id="7", kind=AttachmentKind.FILE, name=name, url=f"{BASE}/attachment_file/file/7/x")
    profile = Profile(name="worker-1", directory=tmp_path)
    async with FakeBackend(tenant.answer).session(profile) as session:
        folder = OrderFolder(tmp_path, tmp_path)
        return await fetch(attachment, AttachmentSource.ORDER, session, folder, base_url=BASE, tries=tries)


@pytest.mark.parametrize("name", WHOLE)
async def test_a_good_file_is_asked_for_once(tmp_path: Path, name: str) -> None:
    tenant = Tenant(WHOLE[name])
    staged = await got(tenant, name, tmp_path)
    assert isinstance(staged, Staged)
    assert (tenant.asked, staged.notes) == (1, ())
    assert staged.part.read_bytes() == WHOLE[name]


@pytest.mark.parametrize("name", WHOLE)
async def test_what_came_cut_is_asked_for_again_and_kept_whole(tmp_path: Path, name: str) -> None:
    tenant = Tenant(WHOLE[name][: len(WHOLE[name]) * 3 // 5], WHOLE[name])
    staged = await got(tenant, name, tmp_path)
    assert isinstance(staged, Staged)
    assert (tenant.asked, staged.notes) == (2, ())
    assert staged.part.read_bytes() == WHOLE[name]


@pytest.mark.parametrize(
    ("name", "body", "note"),
    [
        ("contract.pdf", PDF[:400], "is cut short in Coupa"),
        ("Empty.txt", b"", "is empty in Coupa"),
        ("scan.pdf", jpeg(), "is not a PDF by its content: it is a JPEG"),
        ("large.jpg", jpeg(data=400_000)[:300_000], "is cut short in Coupa"),
    ],
)
@pytest.mark.parametrize("max_attempts", [1, 3])
async def test_the_same_doubtful_bytes_twice_are_the_tenants_own_and_said(
    tmp_path: Path, name: str, body: bytes, note: str, max_attempts: int
) -> None:
    tenant = Tenant(body)
    tries = RetryLimits(max_attempts=max_attempts, backoff=TRIES.backoff, jitter=TRIES.jitter)
    staged = await got(tenant, name, tmp_path, tries=tries)
    assert isinstance(staged, Staged)
    assert (tenant.asked, staged.notes) == (2, (note,))
    assert staged.part.read_bytes() == body


async def test_bytes_that_differ_each_time_are_never_believed(tmp_path: Path) -> None:
    tenant = Tenant(*(PDF[:size] for size in range(300, 320)))
    failed = await got(tenant, "contract.pdf", tmp_path)
    assert isinstance(failed, FailedAttachment)
    assert failed.reason == "it is cut short"
    assert tenant.asked == TRIES.max_attempts + 2
    assert not list(tmp_path.glob("*.part"))


async def test_a_page_in_a_files_place_is_refused_however_often_it_comes(tmp_path: Path) -> None:
    failed = await got(Tenant(b"<html>Preview</html>"), "contract.pdf", tmp_path)
    assert isinstance(failed, FailedAttachment)
    assert "web page" in failed.reason


@pytest.mark.parametrize("name", ["report.htm", "report.HTML", "report.mht"])
async def test_a_page_that_the_tenant_names_is_a_file_and_a_sign_in_is_not(tmp_path: Path, name: str) -> None:
    staged = await got(Tenant(b"<html>Report</html>"), name, tmp_path)
    assert isinstance(staged, Staged)
    assert (staged.name, staged.notes) == (name, ())
    assert isinstance(await got(Tenant(SIGN_IN), name, tmp_path), FailedAttachment)


async def test_a_name_that_was_made_harmless_is_said(tmp_path: Path) -> None:
    staged = await got(Tenant(b"[Shell]", name="run.lnk"), "run", tmp_path)
    assert isinstance(staged, Staged)
    assert staged.name == "run.lnk.download"
    assert staged.notes == ("has this name because systems act by themselves on the one that it came with",)


async def test_a_large_picture_with_more_behind_it_is_read_where_it_is(tmp_path: Path) -> None:
    film = jpeg(data=90_000) + b"\0\0\0\x18ftypmp42" + b"\xff\xd9\x01" * 40_000 + b"end"
    staged = await got(Tenant(film), "motion.jpg", tmp_path)
    assert isinstance(staged, Staged)
    assert staged.notes == ()
