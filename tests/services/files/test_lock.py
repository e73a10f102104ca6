"""The lock of an output folder: who only looks at it is in nobody's way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from coupa_async.domain.errors import OutputError
from coupa_async.services.files.lock import LOOK_S, is_held, locked
from coupa_async.services.files.storage import LOCK, Storage

REFUSAL = OutputError("held")


def test_it_is_seen_to_be_held_and_to_be_free(tmp_path: Path) -> None:
    lock = tmp_path / LOCK
    assert not is_held(lock)
    assert not lock.exists()
    with locked(lock, REFUSAL):
        assert is_held(lock)
    assert not is_held(lock)


def test_a_run_begins_though_somebody_looks_at_that_very_instant(tmp_path: Path) -> None:
    lock, looking, seen = tmp_path / LOCK, Event(), Event()

    def look() -> None:
        with locked(lock, REFUSAL):
            looking.set()
            seen.wait(LOOK_S)  # as long as anybody looks

    with ThreadPoolExecutor() as threads:
        looker = threads.submit(look)
        looking.wait()
        with Storage(tmp_path).held():
            seen.set()
        looker.result()


def test_many_who_look_do_not_take_each_other_for_a_run(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    with ThreadPoolExecutor(8) as threads:
        assert not any(threads.map(lambda _: is_held(tmp_path / LOCK), range(40)))


def test_two_runs_still_keep_out_of_each_others_folder(tmp_path: Path) -> None:
    with Storage(tmp_path).held(), pytest.raises(OutputError, match="another run"), Storage(tmp_path).held():
        pass
