"""Attachments on other hosts than the tenant's: asked where that harms nobody, and their troubles are theirs alone."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from backends.fake.backend import Answer, Body, FakeBackend, FakeSession
from coupa_async.domain.errors import (
    CoupaError,
    DownloadTimeoutError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
    SignInRequiredError,
    UnreachableError,
)
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.policies.retry import Backoff
from coupa_async.ports import Document, Profile
from coupa_async.runtime.gather import gather
from coupa_async.services.collection.collector import Collector
from coupa_async.services.collection.collector_config import CollectorConfig
from coupa_async.services.collection.saving.fetch import RetryLimits
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.journal import FILE_NAME, Journal

pytestmark = pytest.mark.anyio

TENANT = "https://acme.coupahost.com"
OWN = "/attachment/attachment_file/file/1/own.pdf"
PAGE = '<html data-controller="order_headers" data-action="show"><div class="attachments">{}</div></html>'
ITEM = '<li class="attachment" id="attachment_{}"><span class="attachment-file" data-url="{}" title="{}"></span></li>'
PDF = Body(data=b"%PDF-1.4\n" + b"x" * 2000 + b"\n%%EOF\n")
STRANGE = "https://files.example/attachment_file/2/strange.pdf"


class Site:
    """A tenant in memory whose one order has a file of its own and one elsewhere."""

    def __init__(self, elsewhere: str, answers: dict[str, Answer | Exception]) -> None:
        self.asked: list[str] = []
        self._html = PAGE.format(ITEM.format(1, OWN, "own.pdf") + ITEM.format(2, elsewhere, "strange.pdf"))
        self._answers = {TENANT + OWN: PDF} | answers

    def answer(self, url: str, session: FakeSession) -> Answer:
        self.asked.append(url)
        return self._answers.get(url) or Document(url=url, status=200, html=self._html)  # type: ignore[return-value]


async def collect(site: Site, tmp_path: Path, *allowed_hosts: str, base_url: str = TENANT) -> OrderResult:
    tries = RetryLimits(max_attempts=2, backoff=Backoff(base_s=0.01), jitter=random.random)
    with Journal(tmp_path / FILE_NAME) as journal:
        config = CollectorConfig(
            base_url=base_url,
            journal=journal,
            storage=Storage(tmp_path),
            tries=tries,
            gather=gather,
            now=datetime.now,
            snapshots=tmp_path / "snapshots",
            session_lasts=lambda seconds: None,
            allowed_hosts=allowed_hosts,
        )
        async with FakeBackend(site.answer).session(Profile(name="worker-1", directory=tmp_path)) as session:
            return await Collector(config).collect(Order(number=OrderNumber.parse(7)), session, lambda: None)


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for here."""
    known = {"files.example": ["93.184.216.34"], "acme.coupahost.com": ["93.184.216.35"]}

    async def getaddrinfo(host: str, port: object, **options: object) -> list[object]:
        return [(2, 1, 6, "", (address, 0)) for address in known[host]]

    monkeypatch.setattr("anyio.getaddrinfo", getaddrinfo)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return known


TROUBLES = [
    UnreachableError("the host name is not known to DNS"),
    PageTimeoutError("no answer in time"),
    PageError("what it answers is not HTTP"),
    RefusedDownloadError(429, 0.0),
    RefusedDownloadError(503, 0.0),
    RefusedDownloadError(404),
    DownloadTimeoutError("nothing came for 60 s"),
]


@pytest.mark.parametrize("error", TROUBLES, ids=lambda error: str(error))
async def test_another_hosts_trouble_is_its_attachments_and_no_browsers(error: CoupaError, tmp_path: Path) -> None:
    site = Site(STRANGE, {STRANGE: error})
    result = await collect(site, tmp_path)
    assert (result.outcome, [item.name for item in result.saved]) == (Outcome.PARTIAL, ["own.pdf"])
    (failed,) = result.failed
    assert (failed.name, failed.reason, failed.timed_out) == ("strange.pdf", str(error), False)


async def test_a_network_that_is_gone_for_the_tenant_too_is_the_orders_trouble(tmp_path: Path) -> None:
    gone = UnreachableError("there is no network")
    site = Site(STRANGE, {STRANGE: gone, f"{TENANT}/order_headers": UnreachableError("no network either")})
    with pytest.raises(UnreachableError):
        await collect(site, tmp_path)


async def test_the_tenants_own_trouble_stays_the_orders(tmp_path: Path) -> None:
    site = Site(STRANGE, {TENANT + OWN: UnreachableError("the connection was refused"), STRANGE: PDF})
    with pytest.raises(UnreachableError, match="refused"):
        await collect(site, tmp_path)


async def test_a_store_that_the_tenant_redirects_to_is_told_from_the_tenant_by_where_it_went_wrong(
    tmp_path: Path,
) -> None:
    moved = f"{TENANT}/attachment/attachment_file/file/2/strange.pdf"
    dead = UnreachableError("the connection was refused")
    dead.url = STRANGE
    result = await collect(Site(moved, {moved: dead}), tmp_path)
    assert (result.outcome, len(result.failed)) == (Outcome.PARTIAL, 1)


async def test_another_hosts_page_is_no_sign_in_of_the_tenants(tmp_path: Path) -> None:
    result = await collect(Site(STRANGE, {STRANGE: Document(url=STRANGE, html="<p>gone</p>", status=200)}), tmp_path)
    assert (result.outcome, result.failed[0].reason) == (Outcome.PARTIAL, "a page came instead of a file")
    own = Document(url="https://login.example/", html="", status=200)
    with pytest.raises(SignInRequiredError):
        await collect(Site(STRANGE, {TENANT + OWN: own, STRANGE: PDF}), tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:8080/x", "http://2130706433/x", "http://[::ffff:127.0.0.1]/x", "http://localhost/x"),
        *("http://169.254.169.254/latest/meta-data/", "http://10.0.0.7/x", "https://ann:pw@files.example/x"),
        "https://inside.example/x",
    ],
)
async def test_what_may_not_be_asked_is_refused_before_anybody_asks_it(
    url: str, tmp_path: Path, names: dict[str, list[str]]
) -> None:
    names["inside.example"] = ["192.168.1.7"]
    site = Site(f"{url}/attachment_file/2/a.pdf", {})
    result = await collect(site, tmp_path)
    assert (result.outcome, len(result.failed)) == (Outcome.PARTIAL, 1)
    assert "is not asked" in result.failed[0].reason
    assert site.asked == [f"{TENANT}/order_headers/7", TENANT + OWN]


@pytest.mark.parametrize("why", ["listed", "the tenant's network"])
async def test_a_store_inside_is_asked_where_it_is_listed_or_the_tenant_is_there(
    why: str, tmp_path: Path, names: dict[str, list[str]]
) -> None:
    names["inside.example"] = ["192.168.1.7"]
    if why != "listed":
        names["acme.coupahost.com"] = ["192.168.9.9"]
    url = "https://inside.example/attachment_file/2/a.pdf"
    result = await collect(Site(url, {url: PDF}), tmp_path, *(["inside.example"] if why == "listed" else []))
    assert result.outcome is Outcome.COMPLETED


async def test_a_name_that_nobody_knows_is_left_to_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(host: str, port: object, **options: object) -> list[object]:
        raise OSError("not known")

    monkeypatch.setattr("anyio.getaddrinfo", unknown)
    assert (await collect(Site(STRANGE, {STRANGE: PDF}), tmp_path)).outcome is Outcome.COMPLETED


async def test_behind_a_proxy_the_address_alone_decides(
    tmp_path: Path, names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    names["files.example"] = ["10.0.0.1"]  # what a name server inside says of it is not where the proxy goes
    assert (await collect(Site(STRANGE, {STRANGE: PDF}), tmp_path)).outcome is Outcome.COMPLETED
