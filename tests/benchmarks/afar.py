"""``python -m tests.benchmarks.afar PORT SERVER_PORT LATENCY_S``: a server that is so far away.

What the client sends arrives so much later; what the server answers passes at once, which makes one round trip of it.
"""

from __future__ import annotations

import asyncio
import sys

_CHUNK_BYTES = 1 << 18


async def main(port: int, server_port: int, latency_s: float) -> None:
    """Serve until ended."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server_port, limit=_CHUNK_BYTES)
        await asyncio.gather(_pass(reader, far_writer, latency_s), _pass(far_reader, writer, 0))

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    try:
        while chunk := await reader.read(_CHUNK_BYTES):
            if delay_s:
                await asyncio.sleep(delay_s)
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass  # the other side has hung up, which is how a benchmark ends
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
