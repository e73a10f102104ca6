"""A file of the user's under the name of a comparison's or of the evidence stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest

from coupa_async.cli.commands import evidence as evidence_command
from coupa_async.cli.commands.evidence import Evidence, evidence
from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.report.html import write_comparison

MINE = b'{"version": 3, "prices": []}'
NOTHING = Comparison(
    trials=(), repeats=1, workers=1, seconds=1.0, made_at=datetime(2025, 6, 1, tzinfo=UTC), machine=(), is_recorded=True
)


def _compare(folder: Path) -> None:
    write_comparison(NOTHING, folder)


def _evidence(folder: Path) -> None:
    assert anyio.run(evidence, Evidence.model_construct(output_dir=folder)) == 0


@pytest.fixture(autouse=True)
def no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def no_stages(_: Evidence):  # type: ignore[no-untyped-def]
        yield None

    stages: Callable[..., AbstractAsyncContextManager[None]] = no_stages
    monkeypatch.setattr(evidence_command, "_stages", stages)
    monkeypatch.setattr(evidence_command, "_BACKENDS", ())


@pytest.mark.parametrize(
    ("name", "second", "write"),
    [
        ("compare.json", "compare (2).json", _compare),
        ("compare.html", "compare (2).html", _compare),
        ("evidence.md", "evidence (2).md", _evidence),
    ],
)
def test_it_stays_and_ours_is_beside_it_time_after_time(
    tmp_path: Path, name: str, second: str, write: Callable[[Path], None]
) -> None:
    (tmp_path / name).write_bytes(MINE)
    for _ in range(2):
        write(tmp_path)
        assert (tmp_path / name).read_bytes() == MINE
        assert {path.name for path in tmp_path.iterdir() if path.stem.startswith(Path(name).stem)} >= {name, second}
    (tmp_path / name).unlink()
    (tmp_path / second).unlink()
    for _ in range(2):
        write(tmp_path)
        assert (tmp_path / name).is_file()
        assert not (tmp_path / second).exists()
