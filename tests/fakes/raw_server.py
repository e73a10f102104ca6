"""A server that answers whatever bytes a test says, HTTP or not."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import SocketStream

# What it answers to a path: bytes, one piece after the other. The connection stays open after the last one.
Answers = Callable[[str], AsyncIterator[bytes]]


@dataclass
class RawServer:
    """What it was asked, and how often somebody connected.

    Attributes:
        heads: Each request's, as it came.
    """

    url: str = ""
    heads: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]


@asynccontextmanager
async def raw_server(answers: Answers, *, send_bytes: int | None = None) -> AsyncIterator[RawServer]:
    """Serve; what the system takes off the server's hands before anybody reads it may be bounded."""
    server = RawServer()

    async def serve(stream: SocketStream) -> None:
        server.connections += 1
        async with stream:
            held = b""
            try:
                while True:
                    while b"\r\n\r\n" not in held:
                        held += await stream.receive()
                    head, _, held = held.partition(b"\r\n\r\n")
                    server.heads.append(head.decode())
                    async for piece in answers(server.paths[-1]):
                        await stream.send(piece)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    if send_bytes is not None:
        listener.extra(anyio.abc.SocketAttribute.raw_socket).setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_bytes)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        server.url = f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"
        yield server
        tasks.cancel_scope.cancel()


def head(*lines: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    """Write the head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *lines, "", ""]).encode("latin-1")


def whole(body: bytes, *lines: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    """Write a whole answer."""
    return head(f"Content-Length: {len(body)}", *lines, status=status, kind=kind) + body


def chunk(data: bytes) -> bytes:
    """Write a piece of a chunked answer."""
    return b"%x\r\n%b\r\n" % (len(data), data)
