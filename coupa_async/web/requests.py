"""What pages read of a request: forms, bounded and only from our own pages; bodies, streamed and bounded."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import anyio
from starlette.requests import Request

from coupa_async.services.languages.catalogue import mark
from coupa_async.web.serving.access import Access, Refusal

_FORM_BYTES = 4 * 2**20
_FIELDS = 2_000
NOT_OURS = Refusal(403, mark("This form is not one of this window's. Load the page again and send it once more."))


class RefusedError(Exception):
    """A request that is answered with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


class Form:
    """A form's fields."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        """Take them."""
        self._fields = fields

    def text(self, name: str) -> str:
        """Return a field, without surrounding spaces; empty if it is not there."""
        return self._fields.get(name, [""])[-1].strip()

    def texts(self, name: str) -> list[str]:
        """Return all values of a field that may come several times."""
        return [value.strip() for value in self._fields.get(name, [])]

    def __contains__(self, name: str) -> bool:
        return name in self._fields


async def read_form(request: Request, access: Access) -> Form:
    """Read a form of ours.

    Raises:
        RefusedError: If it is too large, or does not come from one of our pages.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_BYTES:
            raise RefusedError(Refusal(413, mark("That is over 4 MB of text: put it into a file.")))
    try:
        text = body.decode("utf-8")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_FIELDS, errors="replace")
    except ValueError as error:
        raise RefusedError(Refusal(400, mark("This form cannot be read."))) from error
    sent = request.headers.get("x-csrf-token") or fields.get("csrf", [""])[-1]
    if not access.is_form_of_ours(sent):
        raise RefusedError(NOT_OURS)
    return Form(fields)


async def save_body(request: Request, access: Access, into: Path, limit_bytes: int) -> None:
    """Stream a request's body into a new file. What was written of one that is refused stays there.

    Raises:
        RefusedError: If it is too large, or does not come from one of our pages.
    """
    too_large = Refusal(413, mark("This file is over 100 MB: copy the orders into a new one."))
    if not access.is_form_of_ours(request.headers.get("x-csrf-token", "")):
        raise RefusedError(NOT_OURS)
    if int(request.headers.get("content-length") or 0) > limit_bytes:
        raise RefusedError(too_large)
    size = 0
    async with await anyio.open_file(into, "xb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit_bytes:
                raise RefusedError(too_large)
            await file.write(chunk)
