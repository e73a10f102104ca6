"""Reads what the record of an order or a requisition does not tell for certain: attachments, lines, comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from coupa_async.domain.api import queries
from coupa_async.domain.api.answers import Record
from coupa_async.domain.api.attachments import Placed, in_comments, in_header, is_silent
from coupa_async.domain.api.documents import ApiDocument, read_document
from coupa_async.domain.api.errors import ApiRefusalError
from coupa_async.domain.api.lines import belongs_to, longest_list, merged
from coupa_async.domain.api.nested_lists import NestedLists
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import CoupaError, UnknownPageError
from coupa_async.domain.order import AttachmentSource
from coupa_async.domain.pages.page import OrderPage
from coupa_async.domain.policies.sameness import MANY
from coupa_async.ports import Session
from coupa_async.services.api.ask import ask
from coupa_async.services.api.listing import listed

_ATTACHMENTS, _LINES, _OF_LINES, _OF_COMMENTS = (
    "attachments",
    "lines",
    "attachments of lines",
    "attachments of comments",
)
_SHORTEST_CUT = 10  # no tenant is known that gives fewer of a list than this and leaves the rest out
_SCOPES = {
    "attachments": "a scope that covers attachments",
    "comments": "the scope core.comment.read",
    "requisition": "the scope core.requisition.read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document with all that is shown of it.

    Attributes:
        page: The record that its page would give.
        lines: The records of its lines.
        are_all_lines: Whether it is known that it has no others.
    """

    page: OrderPage
    lines: Sequence[Record]
    are_all_lines: bool


@dataclass(slots=True)
class _Findings:
    """What is to be said of a document."""

    lacks: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class DocumentReader:
    """Reads documents, and learns from each which lists in records may be believed."""

    def __init__(
        self,
        base_url: str,
        bounds: Bounds,
        *,
        whole_lines: bool = False,
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        """Make a reader.

        Args:
            base_url: The tenant's address.
            bounds: Bounds on answers.
            whole_lines: Whether lines are read with all that they say.
            warn: Called with what the user should look at.
        """
        self._base_url = base_url
        self._bounds = bounds
        self._whole_lines = whole_lines
        self._warn = warn
        self._nested = NestedLists()
        self._lists_lines = True
        self._unproven: Counter[str] = Counter()

    def see(self, document: ApiDocument) -> None:
        """Learn from the lists of a document's record."""
        if document.attachments is not None:
            self._nested.see(document.place(_ATTACHMENTS), len(document.attachments))
        if document.lines is not None:
            self._nested.see(document.place(_LINES), len(document.lines))
            self._nested.see(document.place(_OF_LINES), longest_list(document.lines))

    async def document(self, kind: AttachmentSource, document_id: str, session: Session) -> ApiDocument | None:
        """Read a document's record; ``None`` if the tenant has none of this id, or does not show it.

        Raises:
            UnknownPageError: If the answer is another.
            CoupaError: As :func:`ask`.
        """
        url = queries.document(self._base_url, kind, document_id, whole_lines=self._whole_lines)
        value = await ask(session, url, self._base_url, self._bounds)
        if value is None:
            return None
        document = read_document(value, kind) if isinstance(value, dict) else None
        if document is None or document.id != document_id:
            raise UnknownPageError(f"{url.partition('?')[0]}: the answer is not the record that was asked for")
        self.see(document)
        return document

    async def read(self, document: ApiDocument, session: Session, heartbeat: Callable[[], None]) -> ReadDocument:
        """Read what its record does not tell.

        Raises:
            CoupaError: As :func:`ask`.
        """
        findings = _Findings()
        if document.attachments is None or document.lines is None:
            document = await self.document(document.kind, document.id, session) or document
            heartbeat()
        own = await self._own(document, session, findings)
        heartbeat()
        lines, are_all = await self._lines(document, session, findings)
        heartbeat()
        more = [*own, *await self._comments(document, session, findings)]
        heartbeat()
        whole = replace(document, lines=tuple(lines))
        page = whole.page(self._base_url, more, findings.lacks, findings.remarks, self._bounds)
        return ReadDocument(page=page, lines=lines, are_all_lines=are_all)

    async def _own(self, document: ApiDocument, session: Session, findings: _Findings) -> Sequence[Placed]:
        """List its own attachments by themselves, where its record does not tell them for certain."""
        known, place = document.attachments, document.place(_ATTACHMENTS)
        if known is not None and self._nested.is_whole(place, len(known)):
            return ()
        try:
            found = await self._listed("attachments", queries.attachments, document, session)
        except ApiRefusalError as error:
            found, why = None, lack("attachments", error)
        else:
            why = "the API does not show its attachments"
        if found is None:
            if not known:
                findings.lacks.append(why)
            elif len(known) >= _SHORTEST_CUT:
                findings.remarks.append(f"it may have more than {len(known)} attachments: {why}")
            return ()
        own = in_header(found)
        if known is not None:
            ids = {placed.id for placed in (*known, *own)}
            self._nested.compare(place, len(known), len(ids))
        return own

    async def _lines(
        self, document: ApiDocument, session: Session, findings: _Findings
    ) -> tuple[Sequence[Record], bool]:
        """List its lines by themselves, where its record does not tell them and their attachments for certain.

        Returns:
            Its lines, and whether these are all.
        """
        known, place, of_lines = document.lines, document.place(_LINES), document.place(_OF_LINES)
        lines: Sequence[Record] = known or ()
        are_all = known is not None and self._nested.is_whole(place, len(known))
        if not are_all or (lines and not self._nested.is_whole(of_lines, longest_list(lines))):
            found = await self._listed_lines(document, session)
            if found is not None:
                lines, are_all = merged(lines, found), True
            if found is not None and known is not None:
                self._nested.compare(place, len(known), len(lines))
                self._nested.compare(of_lines, longest_list(known), longest_list(lines))
            elif found is None and known is not None:
                are_all = self._judge(document, known, findings)
        if known is None and not are_all:
            findings.lacks.append("the API does not show its lines")
        elif is_silent(lines):
            findings.lacks.append("the API does not show attachments of its lines")
        return lines, are_all

    async def _listed_lines(self, document: ApiDocument, session: Session) -> list[Record] | None:
        """List an order's lines by themselves; ``None`` where the tenant does not."""
        if document.kind is not AttachmentSource.ORDER or not self._lists_lines:
            return None
        address = partial(queries.lines, whole_lines=self._whole_lines)
        try:
            found = await self._listed("lines", address, document, session)
        except ApiRefusalError:
            found = None
        if found is None or not all(belongs_to(line, document.id) for line in found):
            self._lists_lines = False  # it has no such address, or gives the lines of all orders there
            return None
        return found

    def _judge(self, document: ApiDocument, lines: Sequence[Record], findings: _Findings) -> bool:
        """Return whether these are all lines, where they cannot be listed by themselves; say what cannot be known."""
        if lines and not longest_list(lines) and not self._nested.is_whole(document.place(_OF_LINES), 0):
            self._doubt("line")
        are_all = len(lines) < _SHORTEST_CUT or self._nested.is_whole(document.place(_LINES), len(lines))
        if not are_all:
            findings.remarks.append(
                f"it may have more than {len(lines)} lines: the API does not list them by themselves"
            )
        return are_all

    async def _comments(self, document: ApiDocument, session: Session, findings: _Findings) -> Sequence[Placed]:
        try:
            found = await self._listed("comments", queries.comments, document, session)
        except ApiRefusalError as error:
            findings.lacks.append(lack("comments", error))
            return ()
        if found is None:
            findings.lacks.append("the API does not show its comments")
            return ()
        if is_silent(found):
            findings.lacks.append("the API does not show attachments of its comments")
        place, length = document.place(_OF_COMMENTS), longest_list(found)
        self._nested.see(place, length)
        if found and not length and not self._nested.is_whole(place, 0):
            self._doubt("comment")
        return in_comments(found)

    def _doubt(self, what: str) -> None:
        self._unproven[what] += 1
        if self._unproven[what] == MANY:
            self._warn(
                f"the API has not shown an attachment of any {what} yet, in {MANY} documents that have {what}s: "
                "if yours have some, it may leave them out: compare one of them with its page"
            )

    async def _listed(
        self,
        name: str,
        address: Callable[[str, AttachmentSource, str, int], str],
        document: ApiDocument,
        session: Session,
    ) -> list[Record] | None:
        return await listed(
            name,
            lambda offset: address(self._base_url, document.kind, document.id, offset),
            lambda url: ask(session, url, self._base_url, self._bounds),
            self._bounds,
        )


def lack(name: str, error: CoupaError) -> str:
    """Say what the API refuses, and what to ask for."""
    return f"the API does not show its {name} ({error}): ask for {_SCOPES[name]}"
