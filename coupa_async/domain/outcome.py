"""Outcomes and results of orders. Journal, folder and spreadsheet all show the same result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coupa_async.domain.data.lines import OrderLines
from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.totals.counts import counted


class Outcome(StrEnum):
    """The six possible ends of an order, and the state before them."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    NO_ATTACHMENTS = "NO_ATTACHMENTS"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    PO_NOT_FOUND = "PO_NOT_FOUND"
    TIMEOUT = "TIMEOUT"

    @property
    def is_good(self) -> bool:
        """Whether nothing is left to do or to explain. Exit code 0 needs this of every order."""
        return self in (Outcome.COMPLETED, Outcome.NO_ATTACHMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAttachment:
    """An attachment whose bytes were verified and stand under their final name.

    Attributes:
        id: Coupa's attachment id.
        kind: File, text or URL.
        source: The page that named it.
        name: Its final file name, inside the order's folder.
        size_bytes: Its size.
        sha256: Of its bytes, in hex.
        seconds: From the request to the final name.
        note: A clause for the spreadsheet about something odd; empty if nothing is odd.
        place: Where on the page it stood, such as ``header`` or ``line 3``; empty where unknown.
        intent: For whom it is: ``internal``, ``supplier``, or empty.
    """

    id: str
    kind: AttachmentKind
    source: AttachmentSource
    name: str
    size_bytes: int
    sha256: str
    seconds: float
    note: str = ""
    place: str = ""
    intent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttachment:
    """An attachment that could not be had.

    Attributes:
        id: Coupa's attachment id.
        name: The name that Coupa shows.
        reason: One sentence for the spreadsheet's ERROR_MESSAGE.
        timed_out: Whether it was given up because of a time-out.
    """

    id: str
    name: str
    reason: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResult:
    """The result of one order.

    Attributes:
        number: The order.
        outcome: ``PENDING`` only where its page was read and its files were not asked for.
        url: The order's page, also when the files came from its requisition.
        supplier: As the page names it; empty where unknown.
        found: How many attachments the pages named.
        saved: The attachments kept, in page order.
        failed: The attachments that could not be had.
        folder: The order's folder below the output folder, POSIX style; empty where none was made.
        error: Why the outcome is not a good one, or what is worth knowing; empty if nothing is.
        requisition_url: The requisition's page, where the files came from it; else empty.
        found_by: How its address was found (``domain.pages.addresses.Way``); empty if no page was found.
        fallback_reason: Why a page of it was left to a browser in the direct lane; empty if none was.
        group: Whose it is, as the sheet says; empty if it does not.
        data: What its page shows of the order besides; nothing where no page was read.
        lines: Its lines; ``None`` if they were not asked for: those that are recorded then stay.
        attempts: How many times the order was tried.
        seconds: From its first attempt to its outcome.
        corrected_from: The number that the spreadsheet has in place of this one, which a person gave; else empty.
    """

    number: OrderNumber
    outcome: Outcome
    url: str
    supplier: str = ""
    found: int = 0
    saved: tuple[SavedAttachment, ...] = ()
    failed: tuple[FailedAttachment, ...] = ()
    folder: str = ""
    error: str = ""
    requisition_url: str = ""
    found_by: str = ""
    fallback_reason: str = ""
    group: str = ""
    data: OrderData = NO_DATA
    lines: OrderLines | None = None
    attempts: int = 1
    seconds: float = 0.0
    corrected_from: str = ""

    @property
    def remark(self) -> str:
        """What a person is told beside the outcome: that the number was corrected, and :attr:`error`."""
        if not self.corrected_from:
            return self.error
        told = f"number corrected from {self.corrected_from} to {self.number.shown}"
        return ". ".join(filter(None, (told, self.error)))


def judge(found: int, saved: int, failed: Collection[FailedAttachment], *, is_whole: bool = True) -> Outcome:
    """Decide the outcome of an order whose page was read.

    Args:
        found: Attachments that the pages named and that were wanted.
        saved: Attachments verified under their final name.
        failed: Attachments given up.
        is_whole: Whether the pages showed all that they announced. If not, the outcome is never a good one.
    """
    if found == 0:
        return Outcome.NO_ATTACHMENTS if is_whole else Outcome.FAILED
    if saved == found and is_whole:
        return Outcome.COMPLETED
    if saved:
        return Outcome.PARTIAL
    return Outcome.TIMEOUT if failed and all(item.timed_out for item in failed) else Outcome.FAILED


def judge_left_out(*, is_whole: bool) -> Outcome:
    """Decide the outcome of an order all of whose attachments were left out on purpose.

    Args:
        is_whole: Whether the pages showed all that they announced: what they did not may have been wanted.
    """
    return Outcome.COMPLETED if is_whole else Outcome.FAILED


def explanation(
    found: int,
    failed: Sequence[FailedAttachment],
    lacking: Sequence[str],
    requisition_url: str,
    notes: Sequence[str],
) -> str:
    """Explain in one sentence what is missing, and where the files came from.

    Args:
        found: Attachments that were wanted.
        failed: Those that could not be had.
        lacking: What the pages announce and do not show.
        requisition_url: The requisition's page, where files came from it; else empty.
        notes: What else is worth knowing.
    """
    parts = [*lacking]
    if failed:
        reasons = "; ".join(f"{item.name}: {item.reason}" for item in failed)
        parts.append(f"{len(failed)} of {counted(found, 'attachment')} failed: {reasons}")
    if requisition_url:
        parts.append(f"taken from the requisition {requisition_url}")
    return ". ".join([*parts, *notes])
