"""One attachment through one session into a verified ``.part`` file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio import to_thread

from coupa_async.domain.content import check_content, url_shortcut
from coupa_async.domain.errors import (
    BrokenDownloadError,
    CutDownloadError,
    DownloadError,
    PageError,
)
from coupa_async.domain.naming import attachment_name
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentSource
from coupa_async.domain.outcome import FailedAttachment
from coupa_async.domain.policy import Backoff, Retry, decide, is_timeout
from coupa_async.domain.redaction import redacted
from coupa_async.ports import Session
from coupa_async.services.asking import ask_for_file
from coupa_async.services.origin_mark import HAS_MARKS, mark_origin
from coupa_async.services.storage import Inspection, OrderFolder, inspect, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """An attachment whose verified bytes wait for their final name.

    Attributes:
        name: The name it wants, safe but not yet unique.
    """

    attachment: Attachment
    source: AttachmentSource
    part: Path
    name: str
    size_bytes: int
    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How often a download is tried, and how long is waited between."""

    max_attempts: int
    backoff: Backoff
    dice: Callable[[], float]


async def fetch(
    attachment: Attachment,
    source: AttachmentSource,
    session: Session,
    folder: OrderFolder,
    *,
    base_url: str,
    tries: Tries,
) -> Staged | FailedAttachment:
    """Fetch one attachment, again where that can help.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page instead, or the way led through a sign-in.
        SessionLostError: If the session is gone.
        StorageError: If the disk takes no more.
    """
    part = folder.part(attachment.id)
    attempt = 1
    while True:
        try:
            with told(part):
                return await _once(attachment, source, session, part, base_url)
        except (DownloadError, PageError) as error:
            decision = decide(error, attempt, max_attempts=tries.max_attempts, backoff=tries.backoff, dice=tries.dice())
            if not isinstance(decision, Retry):
                if isinstance(error, PageError):
                    raise  # no network is the order's trouble, not this one attachment's
                part.unlink(missing_ok=True)
                late = is_timeout(error)
                return FailedAttachment(
                    id=attachment.id, name=attachment.name, reason=redacted(str(error)), timed_out=late
                )
            await anyio.sleep(decision.delay_s)
            attempt += 1


async def _once(
    attachment: Attachment, source: AttachmentSource, session: Session, part: Path, base_url: str
) -> Staged:
    started_s = anyio.current_time()
    suggested, expected = None, None
    found: Inspection | None = None
    if attachment.kind is AttachmentKind.FILE:
        try:
            download = await ask_for_file(session, attachment.url, part, base_url)
        except BrokenDownloadError as error:
            raise CutDownloadError(str(error)) from error
        suggested, expected = download.suggested_name, download.expected_bytes
        if download.sha256:
            found = Inspection(size_bytes=download.size_bytes, sha256=download.sha256, head=download.head)
    else:
        data = attachment.text.encode() if attachment.kind is AttachmentKind.TEXT else url_shortcut(attachment.url)
        await to_thread.run_sync(part.write_bytes, data)
    if found is None:
        found = await to_thread.run_sync(inspect, part)
    if attachment.kind is AttachmentKind.FILE and HAS_MARKS:
        await to_thread.run_sync(mark_origin, part, attachment.url)
    name = attachment_name(attachment, suggested)
    if expected is not None and found.size_bytes != expected:
        raise CutDownloadError(f"{found.size_bytes} of {expected} bytes came")
    if attachment.kind is AttachmentKind.FILE and (doubt := check_content(name, found.head, found.size_bytes)):
        raise BrokenDownloadError(doubt)
    return Staged(
        attachment=attachment,
        source=source,
        part=part,
        name=name,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        seconds=anyio.current_time() - started_s,
    )
