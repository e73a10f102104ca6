"""Records what the API answers of some orders, scrubbed: to be sent to whoever is to support a tenant."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coupa_async.app.compose import find_backend
from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.api import queries
from coupa_async.domain.api.answers import NotJsonError, inside, read_json, records, text
from coupa_async.domain.order import AttachmentSource, OrderNumber
from coupa_async.domain.recording.api_answers import ApiScrubber, scrubbed
from coupa_async.ports import Document, Profile, Session
from coupa_async.services.api.sign_in import ApiSignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswers:
    """What was recorded.

    Attributes:
        files: Texts by the names of files.
        doubts: What looks unscrubbed.
        replaced: How much of what was replaced.
    """

    files: Mapping[str, str]
    doubts: Sequence[str]
    replaced: Counter[str]


async def record_api(settings: Settings, numbers: Sequence[OrderNumber]) -> RecordedAnswers:
    """Ask all that a run asks of these orders, but for their files, and scrub the answers.

    Raises:
        InputError: If the client is not set.
        SignInError, PageError: If the tenant does not answer.
    """
    base_url, answers = settings.tenant(), dict[str, Document]()
    backend, _ = find_backend(settings.model_copy(update={"lane": "api"}))
    with tempfile.TemporaryDirectory() as folder:
        async with backend.session(Profile(name="record", directory=Path(folder) / "profile")) as session:
            await ApiSignIn(base_url).probe(session)
            shown = [number.shown for number in numbers]
            address = queries.by_numbers(base_url, shown, is_bulk=True, whole_lines=True)
            answers["together"] = await session.open(address)
            for place, number in enumerate(shown, 1):
                await _ask_order(session, base_url, number, f"order-{place}", answers)
    scrubber = ApiScrubber()
    files = {f"{name}-{answer.status}.json": scrubbed(answer.html, scrubber) for name, answer in answers.items()}
    doubts = sorted({doubt for told in files.values() for doubt in scrubber.leaks_of(told)})
    return RecordedAnswers(files=files, doubts=doubts, replaced=scrubber.counts)


async def _ask_order(session: Session, base_url: str, number: str, name: str, answers: dict[str, Document]) -> None:
    answers[f"{name}-lookup"] = found = await session.open(
        queries.by_numbers(base_url, [number], is_bulk=False, whole_lines=True)
    )
    order = next(iter(records(_content_of(found)) or [{}]))
    if order_id := text(order, "id"):
        kind = AttachmentSource.ORDER
        address = queries.document(base_url, kind, order_id, whole_lines=True)
        answers[f"{name}-record"] = await session.open(address)
        answers[f"{name}-lines"] = await session.open(queries.lines(base_url, kind, order_id, whole_lines=True))
        await _ask_parts(session, base_url, kind, order_id, name, answers)
    if behind := text(inside(order, "requisition_header"), "id"):
        kind, name = AttachmentSource.REQUISITION, f"{name}-requisition"
        answers[f"{name}-record"] = await session.open(queries.document(base_url, kind, behind))
        await _ask_parts(session, base_url, kind, behind, name, answers)


async def _ask_parts(
    session: Session,
    base_url: str,
    kind: AttachmentSource,
    document_id: str,
    name: str,
    answers: dict[str, Document],
) -> None:
    answers[f"{name}-attachments"] = await session.open(queries.attachments(base_url, kind, document_id))
    answers[f"{name}-comments"] = await session.open(queries.comments(base_url, kind, document_id))


def _content_of(answer: Document) -> object:
    try:
        return read_json(answer.html)
    except NotJsonError:
        return None
