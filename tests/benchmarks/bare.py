"""``python -m tests.benchmarks.bare ADDRESS ORDERS CONNECTIONS FOLDER FSYNC``: the limit of HTTP from Python.

The pages and files of orders fetched with aiohttp and written, hashed on the way: no parser, no engine, no journal.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path

import aiohttp

from tests.benchmarks.servers import FIRST_KEY

_FILES = re.compile(r'data-url="([^"]*/attachment_file/[^"]*)"')


async def main(address: str, orders: int, connections: int, folder: Path, *, fsync: bool) -> None:
    """Fetch everything, and print what it took as JSON."""
    keys = iter(range(FIRST_KEY, FIRST_KEY + orders))
    files = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections), read_bufsize=1 << 18) as http:
        began_s, cpu_s = time.perf_counter(), time.process_time()

        async def work() -> None:
            nonlocal files
            for key in keys:
                async with http.get(f"{address}/order_headers/{key}") as answer:
                    text = await answer.text()
                for number, url in enumerate(dict.fromkeys(_FILES.findall(text))):
                    await _fetch(http, url.replace("&amp;", "&"), folder / f"{key}-{number}.pdf", fsync=fsync)
                    files += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(work())
        seconds = time.perf_counter() - began_s
        told = {"orders": orders, "files": files, "seconds": seconds, "cpu_s": time.process_time() - cpu_s}
    print(json.dumps(told))


async def _fetch(http: aiohttp.ClientSession, url: str, path: Path, *, fsync: bool) -> None:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        async with http.get(url) as answer:
            async for chunk in answer.content.iter_any():
                digest.update(chunk)
                file.write(chunk)
        if fsync:
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())


if __name__ == "__main__":
    at, count, width, into, synced = sys.argv[1:]
    asyncio.run(main(at, int(count), int(width), Path(into), fsync=synced == "1"))
