"""What collecting orders needs besides the orders and their sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.files.wanted import ALL_FILES, WantedFiles
from coupa_async.domain.pages.addresses import DEFAULT_PATH
from coupa_async.ports import Paper
from coupa_async.services.collection.reading.named import Requisition
from coupa_async.services.collection.reading.order_source import OrderSource
from coupa_async.services.collection.saving.fetch import RetryLimits
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.journal import Journal

T = TypeVar("T")


class Gather(Protocol):
    """Runs several async functions side by side; given by the engine."""

    async def __call__(self, jobs: Sequence[Callable[[], Awaitable[T]]], limit: int) -> list[T]:
        """Run jobs, at most ``limit`` at once; results in their order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorConfig:
    """What collecting an order needs besides the order and a session.

    Attributes:
        base_url: The tenant's address, without a slash at its end.
        files_at_once: Downloads side by side within one order.
        empty_folders: Whether orders without files get a folder, too.
        msg_pdf: Whether Outlook messages among the files are also printed.
        allowed_hosts: Hosts inside the user's network that links may lead to: see ``domain.http.targets``.
        snapshots: Where the pages of failures are kept.
        session_lasts: Called with the seconds that the tenant keeps an unused session, when a page says so.
        warn: Called with what the user should look at; shown again at the end of the run.
        order_path: Where the tenant has its orders; see ``domain.pages.addresses``.
        reads_data: Whether an order's data is read from its page, and kept.
        reads_lines: Whether its lines are, on all pages of their table.
        wanted: Which attachments are wanted.
        paper: What orders themselves are printed on; ``None`` if they are not.
        no_files: Whether pages are only read: an order that has attachments stays PENDING.
        source: Where orders are read from; ``None`` for the tenant's pages.
        bounds: Limits on what pages and files can make the program do.
    """

    base_url: str
    journal: Journal
    storage: Storage
    tries: RetryLimits
    gather: Gather
    now: Callable[[], datetime]
    snapshots: Path
    session_lasts: Callable[[float], None]
    warn: Callable[[str], None] = lambda text: None
    order_path: str = DEFAULT_PATH
    source: OrderSource | None = None
    requisition: Requisition = Requisition.FALLBACK
    files_at_once: int = 3
    empty_folders: bool = False
    msg_pdf: bool = False
    allowed_hosts: tuple[str, ...] = ()
    reads_data: bool = False
    reads_lines: bool = False
    wanted: WantedFiles = ALL_FILES
    paper: Paper | None = None
    no_files: bool = False
    bounds: Bounds = field(default_factory=Bounds)
