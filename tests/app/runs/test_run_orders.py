"""What a run puts together before its first order, seen from whole runs in one process."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from backends.fake.recorded_site import recorded_backend
from coupa_async.app.compose import browser_options, make_worker_context
from coupa_async.app.limits import paced_s
from coupa_async.app.runs.correct_number import keep, trials
from coupa_async.cli.command import parse
from coupa_async.cli.commands.run import Run
from coupa_async.domain.outcome import Outcome
from coupa_async.engine.autoscaler import Autoscaler
from coupa_async.services.files.storage import Storage
from coupa_async.services.profiles.profiles import run_profiles
from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.app.api_office import opened
from tests.app.runs.corrections.checks import tried
from tests.services.records.test_journal import AT

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(("workers", "watches"), [(None, 1), (2, 0)])
async def test_the_number_of_workers_is_looked_for_while_orders_are_worked_where_none_is_said(
    workers: int | None, watches: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[Autoscaler] = []
    watch = Autoscaler.watch

    async def seen(autoscaler: Autoscaler) -> None:
        watched.append(autoscaler)
        await watch(autoscaler)

    monkeypatch.setattr(Autoscaler, "watch", seen)
    async with opened(tmp_path, monkeypatch) as office:
        await office.run("out", "browser", only=["15262984"], workers=workers)
        assert office.results("out")["15262984"].outcome is Outcome.COMPLETED
    assert len(watched) == watches


async def test_a_run_first_carries_out_what_was_decided_before_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch) as office:
        write_orders(office.sheet, "PO15262984", "PO99999999")
        await office.run("out", "browser")
        root = tmp_path / "out"
        assert office.results("out")["99999999"].outcome is Outcome.PO_NOT_FOUND
        trial = tried(root, "PO15262985", key="99999999")
        with monkeypatch.context() as patched:
            patched.setattr(Storage, "take_in", killed)
            with pytest.raises(KilledError):
                keep(root, trial, AT)
        await office.run("out", "browser")
        found = office.results("out")
    assert {key: one.outcome for key, one in found.items()} == dict.fromkeys(
        ("15262984", "15262985"), Outcome.COMPLETED
    )
    assert (root / found["15262985"].folder / "ä.pdf").read_bytes() == b"1234567"
    assert trials(root) == []
    assert not (root / ".trials").exists()


async def test_a_bounded_bandwidth_gives_files_and_workers_the_time_that_it_takes(tmp_path: Path) -> None:
    words = ["--base-url", "https://t.example", "--lane", "direct", "--max-in-flight", "5"]
    free, bound = parse(Run, words), parse(Run, [*words, "--bandwidth", "2MB/s"])
    longer_s = browser_options(bound).download_timeout_s - browser_options(free).download_timeout_s
    assert longer_s == paced_s(bound) > 0
    with Journal(tmp_path / FILE_NAME) as journal, run_profiles(tmp_path / "p", tmp_path / "s.json") as profiles:
        parts = recorded_backend("https://t.example"), journal, Storage(tmp_path / "out"), profiles, lambda event: None
        contexts = [make_worker_context(settings, *parts) for settings in (free, bound)]
    assert contexts[1].limits.stall_s - contexts[0].limits.stall_s == longer_s
    assert contexts[0].pace() == 5  # requests on their way at once, as the autoscaler reads them


def write_orders(path: Path, *numbers: str) -> None:
    book = Workbook()
    assert book.active is not None
    for number in ("PO_NUMBER", *numbers):
        book.active.append([number])
    book.save(path)


class KilledError(BaseException):
    pass


def killed(*_: object) -> None:
    raise KilledError
