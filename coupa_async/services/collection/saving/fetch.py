"""Fetches one attachment through one session into a verified ``.part`` file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import anyio
from anyio import to_thread

from coupa_async.domain.api.errors import NotOverApiError
from coupa_async.domain.errors import (
    BrokenDownloadError,
    CutDownloadError,
    DownloadError,
    NotAFileError,
    PageError,
    RefusedDownloadError,
    StorageError,
)
from coupa_async.domain.files.content import (
    PAGE_SUFFIXES,
    Doubt,
    Kind,
    doubt_of,
    is_tenants_page,
    suffix_of,
    url_shortcut,
)
from coupa_async.domain.files.endings import Ends, NotAtHandError
from coupa_async.domain.files.naming import attachment_name, is_made_harmless
from coupa_async.domain.http.targets import Targets
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentSource
from coupa_async.domain.outcome import FailedAttachment
from coupa_async.domain.policies.retry import Backoff, Retry, decide, is_busy, is_timeout
from coupa_async.domain.redaction import redacted
from coupa_async.ports import Download, Session
from coupa_async.runtime import worker_threads
from coupa_async.runtime.disk_errors import translate_os_errors
from coupa_async.runtime.name_lookup import check_target
from coupa_async.services.collection.outage import is_out
from coupa_async.services.collection.reading.signed_in import ask_for_file
from coupa_async.services.files.download_mark import HAS_MARKS, mark_as_downloaded
from coupa_async.services.files.order_folder import OrderFolder, write_part
from coupa_async.services.files.storage import Inspection, inspect

_RENAMED = "has this name because systems act by themselves on the one that it came with"
# Of a page that is a file; a sign-in has its form in far less.
_PAGE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An attachment whose verified bytes wait for their final name.

    Attributes:
        name: The name it wants, safe but not yet unique.
        notes: Notes for the user, as clauses that follow its name.
    """

    attachment: Attachment
    source: AttachmentSource
    part: Path
    name: str
    size_bytes: int
    sha256: str
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Doubted:
    """The hash of the latest bytes that could not be right; empty if there were none."""

    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLimits:
    """How often a download is tried, and how long to wait between tries."""

    max_attempts: int
    backoff: Backoff
    jitter: Callable[[], float]


class FileAddresses:
    """Which of two addresses gave the last file: of the next one, that is tried first, which saves requests."""

    def __init__(self) -> None:
        self._best = 0

    def of(self, attachment: Attachment) -> list[tuple[int, str]]:
        """List a file's addresses with their numbers, the most promising one first."""
        found = [(number, url) for number, url in enumerate((attachment.url, attachment.also_at)) if url or not number]
        return sorted(found, key=lambda entry: entry[0] != self._best)

    def gave(self, number: int) -> None:
        """Note that the address of this number gave its file."""
        self._best = number


async def fetch(
    attachment: Attachment,
    source: AttachmentSource,
    session: Session,
    folder: OrderFolder,
    *,
    base_url: str,
    tries: RetryLimits,
    targets: Targets | None = None,
    addresses: FileAddresses | None = None,
) -> Staged | FailedAttachment:
    """Fetch one attachment; try again where that can help.

    If wrong bytes come twice and are equal, the tenant itself has them: they are kept, with a note.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page instead, or the way led through a sign-in.
        SessionLostError: If the session is gone.
        FileInUseError: If another program holds the file.
        StorageError: If the disk takes no more.
        PageError: If the tenant cannot be reached.
    """
    targets, addresses = targets or Targets(base_url=base_url), addresses or FileAddresses()
    part = folder.part(attachment.id)
    doubted = _Doubted()
    attempt = 1
    while True:
        try:
            with translate_os_errors(part):
                ask = partial(_ask, attachment, session, part, base_url, targets, addresses)
                return await _once(attachment, source, part, doubted, ask)
        except StorageError:
            await worker_threads.run(partial(folder.discard, part))  # the journal wants the room
            raise
        except (DownloadError, PageError) as error:
            is_foreign = not targets.is_tenant(error.url or attachment.url)
            decision = decide(
                error, attempt, max_attempts=tries.max_attempts, backoff=tries.backoff, jitter=tries.jitter()
            )
            if not isinstance(decision, Retry):
                if isinstance(error, PageError) and (not is_foreign or await is_out(error, session, base_url)):
                    raise  # no network is the order's trouble, not this one attachment's
                await worker_threads.run(partial(folder.discard, part))
                late = is_timeout(error) and not is_foreign  # of which a browser is suspected
                return FailedAttachment(
                    id=attachment.id, name=attachment.name, reason=redacted(str(error)), timed_out=late
                )
            await anyio.sleep(decision.delay_s)
            attempt += 1


async def _ask(
    attachment: Attachment, session: Session, part: Path, base_url: str, targets: Targets, addresses: FileAddresses
) -> Download:
    """Fetch a file from the first of its addresses that gives it.

    Raises:
        DownloadError: That of the first address, if none does.
    """
    first: DownloadError | None = None
    for number, url in addresses.of(attachment):
        await check_target(url, targets)
        try:
            download = await ask_for_file(session, url, part, base_url)
        except (RefusedDownloadError, NotAFileError) as error:
            if isinstance(error, RefusedDownloadError) and is_busy(error.status):
                raise
            if first is None or (isinstance(first, NotOverApiError) and first.is_record):
                first = error  # that the API gives no bytes is no trouble yet
            continue
        addresses.gave(number)
        return download
    assert first is not None  # noqa: S101 - there is an address, and each has failed
    raise first


async def _once(
    attachment: Attachment,
    source: AttachmentSource,
    part: Path,
    doubted: _Doubted,
    ask: Callable[[], Awaitable[Download]],
) -> Staged:
    started_s = anyio.current_time()
    is_file = attachment.kind is AttachmentKind.FILE
    suggested, expected, found = await _downloaded(ask) if is_file else await _written(attachment, part)
    if found is None:
        found = await to_thread.run_sync(inspect, part)
    if is_file and HAS_MARKS:
        await to_thread.run_sync(mark_as_downloaded, part, attachment.url)
    if expected is not None and found.size_bytes != expected:
        raise CutDownloadError(f"{found.size_bytes} of {expected} bytes came")
    name = attachment_name(attachment, suggested)
    return Staged(
        attachment=attachment,
        source=source,
        part=part,
        name=name,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        notes=await _verified(attachment, name, found, part, doubted) if is_file else (),
        seconds=anyio.current_time() - started_s,
    )


class _Came(NamedTuple):
    """What came into a part: the name and size that go with it, and what is known of its bytes; ``None`` if not."""

    suggested: str | None = None
    expected_bytes: int | None = None
    found: Inspection | None = None


async def _downloaded(ask: Callable[[], Awaitable[Download]]) -> _Came:
    try:
        download = await ask()
    except BrokenDownloadError as error:
        raise CutDownloadError(str(error)) from error
    found: Inspection | None = None
    if download.sha256:
        found = Inspection(
            size_bytes=download.size_bytes, sha256=download.sha256, head=download.head, tail=download.tail
        )
    return _Came(download.suggested_name, download.expected_bytes, found)


async def _written(attachment: Attachment, part: Path) -> _Came:
    """Write an attachment that is no file: its text, or a link."""
    data = attachment.text.encode() if attachment.kind is AttachmentKind.TEXT else url_shortcut(attachment.url)
    await to_thread.run_sync(write_part, part, data)
    return _Came()


async def _verified(
    attachment: Attachment, name: str, found: Inspection, part: Path, doubted: _Doubted
) -> tuple[str, ...]:
    """Return the notes on a complete file. Content that looks wrong is accepted when it comes twice and is equal.

    Raises:
        BrokenDownloadError: If it must be fetched again.
        NotAFileError: If it is a page of the tenant.
    """
    try:
        doubt = doubt_of(name, Ends(found.size_bytes, found.head, found.tail))
    except NotAtHandError:
        doubt = await worker_threads.run(partial(_look, name, part))
    if suffix_of(name) in PAGE_SUFFIXES and is_tenants_page(await worker_threads.run(partial(_beginning, part))):
        raise NotAFileError(attachment.url)
    if doubt is not None and doubt.kind is Kind.PAGE:
        raise BrokenDownloadError(f"it {doubt.clause}")
    notes = (_RENAMED,) if is_made_harmless(name) else ()
    if doubt is None:
        return notes
    before, doubted.sha256 = doubted.sha256, found.sha256
    if before != found.sha256:
        raise CutDownloadError(f"it {doubt.clause}")
    return (doubt.clause if doubt.kind is Kind.OTHER else f"{doubt.clause} in Coupa", *notes)


def _look(name: str, part: Path) -> Doubt | None:
    with part.open("rb") as file:
        return doubt_of(name, _OnDisk(part.stat().st_size, file))


def _beginning(part: Path) -> bytes:
    with part.open("rb") as file:
        return file.read(_PAGE_BYTES)


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """A file's bytes, read where they are."""

    size_bytes: int
    file: BinaryIO

    def read(self, at: int, count: int) -> bytes:
        self.file.seek(at)
        return self.file.read(count)
