"""Snapshots on disk: harmless under their final names, for the user alone, raw nowhere else."""

from __future__ import annotations

import stat
import sys
import tempfile
from pathlib import Path

import pytest

from backends.fake.backend import FakeSession
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import SessionLostError
from coupa_async.ports import Document, Profile
from coupa_async.services.collection.saving.snapshots import keep_snapshot

URL = "https://tenant.example.com/order_headers/1"
PAGE = "<title>Order</title><script>evil()</script><p>/x?supplier_view_key=s3cr3t</p>"


class Camera(FakeSession):
    """A session with a screen."""

    def __init__(self, html: str) -> None:
        profile = Profile(name="worker-1", directory=Path("unused"))
        super().__init__(lambda url, _: Document(url=url, html=html, status=200), profile)
        self.seen: list[Path] = []

    async def snapshot(self, url: str, into: Path) -> str:
        shown = await super().snapshot(url, into)
        into.with_name(f"{into.name}.png").write_bytes(b"\x89PNG")
        self.seen.append(into)
        return shown


@pytest.mark.anyio
async def test_a_snapshot_is_harmless_and_for_the_user_alone(tmp_path: Path) -> None:
    camera = Camera(PAGE)
    await keep_snapshot(camera, URL, tmp_path / "PO1_FAILED")
    assert {path.name for path in tmp_path.iterdir()} == {"PO1_FAILED.html", "PO1_FAILED.png"}
    page = (tmp_path / "PO1_FAILED.html").read_text(encoding="utf-8")
    assert "<title>Order</title>" in page
    assert "evil" not in page
    assert "s3cr3t" not in page
    if sys.platform != "win32":
        assert [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()] == [0o600, 0o600]


@pytest.mark.anyio
async def test_the_page_as_it_came_is_in_a_private_folder_and_gone_after(tmp_path: Path) -> None:
    camera = Camera(PAGE)
    await keep_snapshot(camera, URL, tmp_path / "PO1_FAILED")
    (raw,) = camera.seen
    assert raw.is_relative_to(tempfile.gettempdir())
    assert raw.parent.name.startswith("coupa-")  # which staging.temporary_folder sweeps after a kill
    assert not raw.parent.exists()


@pytest.mark.anyio
async def test_a_page_that_takes_too_long_is_replaced_by_a_line(tmp_path: Path) -> None:
    many = "<a " + " ".join(f"a{n}=1" for n in range(60_000)) + ">s3cr3t"
    await keep_snapshot(Camera(many), URL, tmp_path / "x", bounds=Bounds(parse_s=0.3))
    assert "The page was not kept: it took over 0 s to read" in (tmp_path / "x.html").read_text(encoding="utf-8")
    assert (tmp_path / "x.png").exists()


@pytest.mark.anyio
async def test_a_page_that_is_too_large_is_replaced_by_a_line(tmp_path: Path) -> None:
    await keep_snapshot(Camera("s3cr3t" * 100), URL, tmp_path / "x", bounds=Bounds(page_bytes=500))
    assert "The page was not kept: it has over 500 bytes" in (tmp_path / "x.html").read_text(encoding="utf-8")


@pytest.mark.anyio
async def test_without_a_browser_there_is_no_snapshot_and_nothing_left(tmp_path: Path) -> None:
    camera = Camera(PAGE)
    camera.lost = True
    with pytest.raises(SessionLostError):
        await keep_snapshot(camera, URL, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
