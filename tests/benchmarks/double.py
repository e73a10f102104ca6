"""``python -m tests.benchmarks.double ORDERS FOLDER``: engine, journal and storage alone, on a site in memory.

Two files of 2 kB an order, 16 orders at once. Whatever this takes is ours.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from datetime import datetime
from pathlib import Path

import anyio
import psutil

from backends.fake.backend import Answer, Body, FakeBackend, FakeSession
from coupa_async.domain.events import OrderFinished
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.engine.limits import EngineLimits, SignInLimits
from coupa_async.engine.run import download_all
from coupa_async.engine.session_slots import SessionSlots
from coupa_async.engine.shutdown import Shutdown
from coupa_async.engine.sign_in_gate import SignInGate
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.ports import Document, Profile
from coupa_async.runtime.gather import gather
from coupa_async.services.collection.collector import Collector
from coupa_async.services.collection.collector_config import CollectorConfig
from coupa_async.services.collection.saving.fetch import RetryLimits
from coupa_async.services.collection.sign_in import CoupaSignIn
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.journal import FILE_NAME, Journal

_SITE = "http://double"
_FIRST_KEY = 9_000_000
_TENTHS = 10
_ITEM = (
    '<li class="attachment" id="attachment_{id}"><span class="attachment-file attachment-list-item" '
    f'data-url="{_SITE}/attachment/attachment_file/type/{{id}}/{{name}}"><span title="{{name}}">{{name}}</span></span>'
)
_PAGE = (
    '<html data-controller="order_headers" data-action="show"><section id="supplier">'
    '<span class="supplier-name">Supplier {supplier}</span></section>'
    '<div class="attachments"><ul class="attachments-list">{items}</ul></div></html>'
)


def answer(url: str, session: FakeSession) -> Answer:
    """Answer as the site would."""
    key = url.rpartition("/")[2]
    if "/attachment/" in url:
        return Body(data=b"%PDF-1.4\n" + b"x" * 2000 + b"\n%%EOF\n", name=key)
    items = "".join(_ITEM.format(id=f"{key}{n}", name=f"{name}.pdf") for n, name in enumerate("ab"))
    return Document(url=url, status=200, html=_PAGE.format(supplier=hash(key) % 40, items=items))


async def work(orders: int, root: Path) -> None:
    """Do the job, and print what it took."""
    with Journal(root / FILE_NAME) as journal:
        marks: list[tuple[float, float]] = []
        finished = 0

        def notify(event: object) -> None:
            nonlocal finished
            finished += isinstance(event, OrderFinished)
            if isinstance(event, OrderFinished) and finished % (orders // _TENTHS) == 0:
                marks.append((time.perf_counter(), psutil.Process().memory_info().rss))

        gate = SignInGate(
            CoupaSignIn(base_url=_SITE, login_url=_SITE),
            root / "state.json",
            notify,
            jitter=random.random,
            limits=SignInLimits(),
        )
        limits = EngineLimits(tabs=16)
        tries = RetryLimits(max_attempts=limits.max_attempts, backoff=limits.backoff, jitter=random.random)
        config = CollectorConfig(
            base_url=_SITE,
            journal=journal,
            storage=Storage(root),
            tries=tries,
            gather=gather,
            now=datetime.now,
            snapshots=root / "snapshots",
            session_lasts=gate.session_lasts,
        )

        async def profile(name: str) -> Profile:
            return Profile(name=name, directory=root)

        context = WorkerContext(
            backend=FakeBackend(answer),
            job=Collector(config),
            gate=gate,
            limits=limits,
            profile=profile,
            session_slots=SessionSlots(1),
            notify=notify,
            jitter=random.random,
        )
        todo = [Order(number=OrderNumber.parse(key)) for key in range(_FIRST_KEY, _FIRST_KEY + orders)]
        began_s, cpu_s = time.perf_counter(), time.process_time()
        await download_all(todo, ["worker-1"], context, Shutdown(notify, grace_s=1), workers=[])
        told = {
            "orders": len(journal.settled()),
            "seconds": time.perf_counter() - began_s,
            "cpu_s": time.process_time() - cpu_s,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            # From the first tenth to the last.
            "memory_growth": marks[-1][1] / marks[0][1],
            "slowdown": (marks[-1][0] - marks[-2][0]) / (marks[1][0] - marks[0][0]),
        }
    print(json.dumps(told))


if __name__ == "__main__":
    anyio.run(work, int(sys.argv[1]), Path(sys.argv[2]))
