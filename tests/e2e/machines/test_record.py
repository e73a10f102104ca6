"""``record`` on the recorded site: what it writes is served by the site again, and means the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.order import AttachmentKind
from coupa_async.domain.pages.page import NotFoundPage, OrderPage, read_page
from fixtures.catalogue import Catalogue, load
from fixtures.rendering import render
from tests.e2e.conftest import Run, Site

pytestmark = pytest.mark.browser
ORIGIN = "http://127.0.0.1:1"


@pytest.mark.parametrize("backend", ["playwright", "selenium"])
def test_recorded_pages_are_served_again_with_the_same_attachments(
    coupa: Run, site: Site, tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    asked = ["PO15262985", "PO15262988", "PO15262999", "PO15263000"]
    done = coupa("record", *asked, "-o", "kept", "--backend", backend)
    assert done.returncode == 0, done.stderr
    texts = [path.read_text() for path in (tmp_path / "kept").rglob("*.*") if path.is_file()]
    secrets = ["1526", "Fabrikam", "Northwind", "Contoso", "Approval.msg", "127.0.0.1", "Sampletown", "77004"]
    assert not [secret for secret in secrets for text in texts if secret in text]
    monkeypatch.setattr(render, "HERE", tmp_path / "kept")
    monkeypatch.setattr(render, "template", render.template.__wrapped__)
    kept = load(tmp_path / "kept" / "catalogue.toml")
    assert len(kept.requisitions) == 1
    for number, order in zip(asked, kept.orders.values(), strict=True):
        was = catalogue.orders[number.removeprefix("PO")]
        page = read_page(render.document(order, ORIGIN), f"{ORIGIN}/order_headers/{order.key}", ORIGIN)
        if was.outcome == "PO_NOT_FOUND":
            assert isinstance(page, NotFoundPage)
            continue
        assert isinstance(page, OrderPage)
        assert page.missing == ""
        assert [attachment.kind.value for attachment in page.attachments] == [process.kind for process in was.own()]
        assert [(attachment.id, attachment.name) for attachment in page.attachments] == [
            (str(process.id), process.name) for process in order.own()
        ]
        files = [attachment for attachment in page.attachments if attachment.kind is AttachmentKind.FILE]
        assert all(file.url.startswith(f"{ORIGIN}/attachment/attachment_file/") for file in files)
        assert (order.requisition in kept.requisitions, order.uses_requisition) == (
            bool(was.requisition),
            was.uses_requisition,
        )
