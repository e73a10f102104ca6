"""``record``: saves pages of the user's own tenant as fixtures, if they can be scrubbed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import CliPositionalArg, SettingsConfigDict

from coupa_async.app.compose import find_backend, make_sign_in
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.app.record_api import record_api
from coupa_async.domain.errors import OutputError, SignInRequiredError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.pages.page import OrderPage
from coupa_async.domain.recording.catalogue import Recorded
from coupa_async.domain.recording.leaks import suspicions
from coupa_async.domain.recording.scrub import Scrubber
from coupa_async.domain.totals.counts import counted
from coupa_async.ports import Document, Session
from coupa_async.services.collection.reading.pages import open_any
from coupa_async.services.collection.sign_in import CoupaSignIn
from coupa_async.services.files.own_file import head_of
from coupa_async.services.profiles.profiles import base_profile

_CATALOGUE = "catalogue.toml"
_ENTRIES = ("[[order]]", "[[requisition]]")


class Record(Settings):
    """Save the pages of some orders of your tenant, scrubbed, so that they can be sent to whoever is to support it."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async record")

    orders: CliPositionalArg[list[str]] = Field(min_length=1, description="order numbers: PO123 …")
    output_dir: Path = Field(Path("recorded"), description="where the pages and their catalogue go")
    api: bool = Field(False, description="save what the API answers of them instead")
    headed: bool = Field(False, description="show the browser")


async def record(settings: Record) -> int:
    """Open the pages, scrub them, check them for leaks, and write them.

    Returns:
        0; 1 if something looks unscrubbed: then nothing is written.

    Raises:
        InputError: Before the tenant is asked for anything.
        OutputError: If a file of the user's own would be replaced.
    """
    if settings.api:
        return await _record_api(settings)
    base_url = settings.tenant()
    _refuse_foreign(settings.output_dir)
    keys = [OrderNumber.parse(order).key for order in settings.orders]
    # What HTTP alone shows of a page lacks its scripts' part, which the parser is to be tested with.
    how = {"lane": "browser", "headless": settings.headless and not settings.headed}
    backend, _ = find_backend(settings.model_copy(update=how))
    documents: list[Document] = []
    with base_profile(profiles_dir(), settings.state_file()) as profile:
        async with backend.session(profile) as session:
            for key in dict.fromkeys(keys):
                documents += await _see(
                    session, f"{base_url}/order_headers/{key}", make_sign_in(settings), profile.state
                )
    scrubber = Scrubber(base_url)
    pages = [
        Recorded(
            path=scrubber.url(urlsplit(document.url).path, document.url),
            html=scrubber.page(document.html, document.url),
        )
        for document in documents
    ]
    max_unconfirmed = sorted({doubt for page in pages for doubt in suspicions(page.html, base_url, scrubber.suppliers)})
    for doubt in max_unconfirmed:
        print(f"coupa-async: not written: the scrubbed pages still hold {doubt}", file=sys.stderr)  # noqa: T201
    if max_unconfirmed:
        return 1
    _write(pages, settings.output_dir)
    replaced = ", ".join(f"{count} {kind}" for kind, count in sorted(scrubber.counts.items()))
    print(f"{counted(len(pages), 'page')} in {settings.output_dir}; replaced: {replaced}", file=sys.stderr)  # noqa: T201
    print("Look through the pages before you send them.", file=sys.stderr)  # noqa: T201
    return 0


async def _record_api(settings: Record) -> int:
    numbers = {number.key: number for number in map(OrderNumber.parse, settings.orders)}
    found = await record_api(settings, list(numbers.values()))
    for doubt in found.doubts:
        print(f"coupa-async: not written: the scrubbed answers still hold a value of the kind {doubt}", file=sys.stderr)  # noqa: T201
    if found.doubts:
        return 1
    folder = settings.output_dir / "answers"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, told in found.files.items():
            (folder / name).write_text(told + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}: choose another with -o") from error
    replaced = ", ".join(f"{count} {kind}" for kind, count in sorted(found.replaced.items()))
    print(f"{counted(len(found.files), 'answer')} in {folder}; replaced: {replaced}", file=sys.stderr)  # noqa: T201
    print("Look through the answers before you send them.", file=sys.stderr)  # noqa: T201
    return 0


async def _see(session: Session, url: str, entry: CoupaSignIn, state: Path | None) -> list[Document]:
    """Open an order, and its requisition if it names one; sign in if the tenant asks for it."""
    try:
        document, page = await open_any(session, url, entry.base_url)
    except SignInRequiredError:
        await entry.sign_in(session)
        if state is not None:
            await session.save_state(state)
        document, page = await open_any(session, url, entry.base_url)
    documents = [replace(document, url=url)]
    if isinstance(page, OrderPage) and page.requisition_url:
        documents.append((await open_any(session, page.requisition_url, entry.base_url))[0])
    return documents


def _write(pages: list[Recorded], folder: Path) -> None:
    files = {f"pages/{page.name}.html": page.template() for page in pages}
    _refuse_foreign(folder, files)
    try:
        (folder / "pages").mkdir(parents=True, exist_ok=True)
        # The catalogue first: by it the next recording knows that the pages are of one.
        for name, text in ({_CATALOGUE: "\n".join(page.entry() for page in pages)} | files).items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}: choose another with -o") from error


def _refuse_foreign(folder: Path, names: Iterable[str] = ()) -> None:
    """Check that nothing but an earlier recording is replaced. Blocking.

    Raises:
        OutputError: If a file of the user's own has the name of one of ours.
    """
    try:
        if (folder / _CATALOGUE).is_file() and head_of(folder / _CATALOGUE).startswith(_ENTRIES):
            return
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}: choose another with -o") from error
    for name in (_CATALOGUE, *names):
        if (folder / name).exists():
            raise OutputError(f"{folder / name}: was not recorded, and stays as it is: choose another folder with -o")
