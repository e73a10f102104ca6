"""Collects one order through one session: its page, its attachments, its folder, its result."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import anyio

from coupa_async.domain.errors import CoupaError, FileInUseError, WrongOrderError
from coupa_async.domain.files.naming import outcome_folder
from coupa_async.domain.files.wanted import Named
from coupa_async.domain.http.targets import Targets
from coupa_async.domain.order import Attachment, AttachmentSource, Order
from coupa_async.domain.outcome import (
    FailedAttachment,
    OrderResult,
    Outcome,
    SavedAttachment,
    explanation,
    judge,
    judge_left_out,
)
from coupa_async.domain.pages.page import NotFoundPage, OrderPage
from coupa_async.domain.policies.retry import is_timeout
from coupa_async.domain.policies.sameness import Streaks, Trait, warning
from coupa_async.domain.redaction import redacted
from coupa_async.ports import Session
from coupa_async.runtime import worker_threads
from coupa_async.services.collection.collector_config import CollectorConfig
from coupa_async.services.collection.reading.find_order import OrderFinder
from coupa_async.services.collection.reading.found_order import FoundOrder, traits_of
from coupa_async.services.collection.reading.lines import LineReader
from coupa_async.services.collection.reading.named import Requisition, named_attachments
from coupa_async.services.collection.reading.signed_in import is_about_sign_in
from coupa_async.services.collection.saving.fetch import FileAddresses, Staged, fetch
from coupa_async.services.collection.saving.order_print import OrderPrinter
from coupa_async.services.collection.saving.recorder import ResultRecorder
from coupa_async.services.collection.saving.snapshots import keep_snapshot
from coupa_async.services.files.kept_files import keep_files
from coupa_async.services.files.order_folder import OrderFolder
from coupa_async.services.messages.print_message import print_messages

_log = logging.getLogger(__name__)
_SNAPSHOT_S = 10.0
_NO_FILES = "its files were not asked for, by --no-files"
T = TypeVar("T")


class Collector:
    """The job that the engine runs for each order."""

    def __init__(self, config: CollectorConfig) -> None:
        self._config = config
        self._targets = Targets(base_url=config.base_url, allowed_hosts=config.allowed_hosts)
        self._recorder = ResultRecorder(config.journal, config.storage, config.now)
        self._source = config.source or OrderFinder(
            config.base_url, config.order_path, config.bounds, reads_data=config.reads_data
        )
        self._addresses = FileAddresses()
        self._lines = LineReader(
            asked=config.reads_lines,
            wants_files=config.wanted.has_lines,
            base_url=config.base_url,
            bounds=config.bounds,
        )
        self._printer = OrderPrinter(config.base_url, config.paper, config.bounds) if config.paper else None
        self._streaks = Streaks()

    async def collect(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> OrderResult:
        """Collect one order's attachments, each under its final name.

        Args:
            order: The order.
            session: Signed in.
            heartbeat: Called after each page and each file.

        Raises:
            SignInRequiredError: If the session is signed out; the order costs nothing and runs again.
            SessionLostError: If the session is gone; likewise.
            PageError: If the page could not be read.
            StorageError: If the disk takes no more.
        """
        found = await self.find(order, session, heartbeat)
        await self._note_sameness(order, found, session)
        page = found.page
        if isinstance(page, NotFoundPage):
            error = "no such order in Coupa, or no access to it"
            return self._result(order, await self._begin(order), Outcome.PO_NOT_FOUND, error=error, **_from(found))
        config = self._config
        rule = config.requisition if config.wanted.has_requisition else Requisition.NEVER
        named = await named_attachments(
            *(page, self._source, session, rule),
            base_url=config.base_url,
            lines=replace(self._lines, asked=False, wants_files=True),
            heartbeat=heartbeat,
        )
        wanted, left_out = config.wanted.choose(named.attachments)
        notes = [text for text in (left_out, *named.notes, found.note) if text]
        about = {"supplier": page.supplier, "found": len(named.attachments), **_from(found)}
        if config.no_files and named.attachments:
            folder = await self._begin(order, page.supplier)
            outcome = Outcome.PENDING if wanted else judge_left_out(is_whole=not named.lacking)
            error = explanation(len(wanted), (), named.lacking, "", [*notes, _NO_FILES])
            return self._result(order, folder, outcome, error=error, is_bare=True, **about)
        folder = await self._begin(order, page.supplier, is_made=bool(wanted) or self._printer is not None)
        heartbeat()
        saved, failed, remarks = await self._download(wanted, folder, session, heartbeat)
        if self._printer and (note := await self._printer.print(order, found, folder, saved, session, heartbeat)):
            notes.append(note)
        is_left_out = bool(named.attachments) and not wanted
        outcome = (
            judge_left_out(is_whole=not named.lacking)
            if is_left_out
            else judge(len(wanted), len(saved), failed, is_whole=not named.lacking)
        )
        from_requisition = any(source is AttachmentSource.REQUISITION for source, _ in wanted)
        about["requisition_url"] = page.requisition_url if from_requisition else ""
        error = explanation(len(wanted), failed, named.lacking, about["requisition_url"], [*notes, *remarks])
        return self._result(
            *(order, folder, outcome), is_bare=is_left_out, saved=saved, failed=failed, error=error, **about
        )

    async def find(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> FoundOrder:
        """Find an order's page and read its data.

        Raises:
            CoupaError: As :meth:`collect`.
        """
        found = await self._source.find(order, session, heartbeat)
        if isinstance(found.page, OrderPage):
            self._note_session_length(found.page)
            found = await self._lines.read(found, found.page, session, heartbeat)
        return found

    async def give_up(self, order: Order, error: CoupaError, session: Session | None) -> OrderResult:
        """Turn an error that trying again does not cure into a result, and keep a snapshot of the page."""
        url = error.url if isinstance(error, WrongOrderError) else self._source.url(order)
        if session is not None:
            await self._snapshot(order, url, session, Outcome.FAILED)
        outcome, text = Outcome.TIMEOUT if is_timeout(error) else Outcome.FAILED, redacted(str(error))
        try:
            return self._result(order, await self._begin(order), outcome, url=url, error=text)
        except FileInUseError:  # what is there stays where it is
            at = self._config.storage.found(order.number) or self._config.journal.folder_of(order.number)
            return OrderResult(number=order.number, outcome=outcome, url=url, folder=at, error=text)
        except CoupaError:
            raise
        except Exception:  # noqa: BLE001 - an order always has an outcome
            # What nobody foresaw may lie in the folder itself, such as a name that this disk cannot hold.
            _log.exception("no folder for %s", order.number.shown)
            return OrderResult(number=order.number, outcome=outcome, url=url, group=order.group, error=text)

    async def record(self, result: OrderResult) -> None:
        """Write the outcome down first, then give the folder its name."""
        await self._recorder.record(result)

    def _note_session_length(self, page: OrderPage) -> None:
        if page.session_length_s is not None:
            self._config.session_lasts(page.session_length_s)

    async def _note_sameness(self, order: Order, found: FoundOrder, session: Session) -> None:
        """Warn, and keep a snapshot, when many orders in a row lack the same thing: once a run for each such thing."""
        for trait in self._streaks.note(traits_of(found)):
            outcome = Outcome.PO_NOT_FOUND if trait is Trait.NOT_FOUND else Outcome.NO_ATTACHMENTS
            kept = await self._snapshot(order, found.url, session, outcome)
            self._config.warn(warning(trait, order.number.shown, kept))

    async def _download(
        self, wanted: Sequence[Named], folder: OrderFolder, session: Session, heartbeat: Callable[[], None]
    ) -> tuple[Sequence[SavedAttachment], Sequence[FailedAttachment], Sequence[str]]:
        """Download attachments and give each its final name.

        Returns:
            Those that are there, those that are not, and what is odd about some.
        """
        jobs = [partial(self._fetch, attachment, source, session, folder, heartbeat) for source, attachment in wanted]
        fetched = await self._config.gather(jobs, self._config.files_at_once)
        staged = [item for item in fetched if isinstance(item, Staged)]
        saved, unkept = await worker_threads.run(partial(keep_files, staged, folder))
        failed = (*(item for item in fetched if isinstance(item, FailedAttachment)), *unkept)
        notes_of = {item.attachment.id: item.notes for item in staged}
        remarks = [f"{file.name} {note}" for file in saved for note in notes_of[file.id]]
        if self._config.msg_pdf:
            remarks += await print_messages(saved, folder, session, heartbeat, bounds=self._config.bounds)
        return saved, failed, remarks

    async def _fetch(
        self,
        attachment: Attachment,
        source: AttachmentSource,
        session: Session,
        folder: OrderFolder,
        heartbeat: Callable[[], None],
    ) -> Staged | FailedAttachment:
        config = self._config
        fetched = await fetch(
            attachment,
            source,
            session,
            folder,
            base_url=config.base_url,
            tries=config.tries,
            targets=self._targets,
            addresses=self._addresses,
        )
        heartbeat()
        return fetched

    async def _begin(self, order: Order, supplier: str = "", *, is_made: bool = False) -> OrderFolder:
        previous = self._config.journal.folder_of(order.number)
        begin = partial(self._config.storage.begin, order, supplier, previous, is_made=is_made)
        return await worker_threads.run(begin)

    async def _snapshot(self, order: Order, url: str, session: Session, outcome: Outcome) -> str:
        """Keep an order's page.

        Returns:
            Where, below the output folder; empty if it could not be kept.
        """
        name = outcome_folder(order.number, outcome)
        with anyio.move_on_after(_SNAPSHOT_S):
            try:
                self._config.snapshots.mkdir(mode=0o700, exist_ok=True)
                is_kept = await keep_snapshot(
                    session,
                    url,
                    self._config.snapshots / name,
                    keeps=lambda shown: not is_about_sign_in(url, shown, self._config.base_url),
                    bounds=self._config.bounds,
                )
                if is_kept:
                    return f"{self._config.snapshots.name}/{name}.html"
                _log.warning("no snapshot of %s: it shows the sign-in, or where that ends", order.number.shown)
            except Exception as error:  # noqa: BLE001 - whatever keeps the page from being kept, the order has its outcome
                _log.warning("no snapshot of %s: %s", order.number.shown, error)
        return ""

    def _result(
        self, order: Order, folder: OrderFolder, outcome: Outcome, *, is_bare: bool = False, **more: object
    ) -> OrderResult:
        empty_folders = self._config.empty_folders and outcome is not Outcome.PENDING
        destination = folder.destination(order, outcome, empty_folders=empty_folders, is_bare=is_bare)
        return OrderResult(number=order.number, outcome=outcome, folder=destination, group=order.group, **more)  # type: ignore[arg-type]


def _from(found: FoundOrder) -> dict[str, Any]:
    """Return the fields of the result that say where the page was, and what it showed of the order."""
    return {
        "url": found.url,
        "found_by": found.way.value,
        "fallback_reason": found.fallback_reason,
        "data": found.data,
        "lines": found.lines,
    }
