"""A client of the direct lane, and a server whose every byte is a test's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backends.browser.chromium import BrowserOptions
from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from tests.backends.conftest import OPTIONS
from tests.fakes.raw_server import Answers, RawServer, raw_server


@asynccontextmanager
async def asking(answers: Answers, options: BrowserOptions = OPTIONS) -> AsyncIterator[tuple[Client, RawServer]]:
    async with raw_server(answers) as server, connect(options) as http:
        yield Client(http, Jar(server.url), options, "a browser"), server


def serving(**answers: bytes) -> Answers:
    """Answer each path with its bytes."""

    async def answer(path: str) -> AsyncIterator[bytes]:
        yield answers[path.strip("/").partition("?")[0]]

    return answer
