"""A short look with each run of the tests: all that was ever found, and some seconds of what was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.mutate import smaller
from tests.fuzz.run import CORPUS, Finding, fuzz, save, seeds_of, targets_of, trouble
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_no_seed_troubles_its_parser(name: str) -> None:
    assert [kind for data in seeds_of(name) if (kind := trouble(TARGETS[name], data))] == []


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_inputs_find_nothing(name: str) -> None:
    rounds = iter(range(60))
    found: list[Finding] = []
    fuzz([name], seed=1, goes_on=lambda: next(rounds, None) is not None, told=found.append)
    assert list(map(str, found)) == []


def test_every_seed_is_of_a_target_and_small() -> None:
    for path in CORPUS.iterdir():
        assert {*TARGETS, "any"}.issuperset(targets_of(path)), path.name
        assert path.stat().st_size < 100_000


def test_what_raises_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def parse(data: bytes) -> None:
        if b"<" in data:
            raise ValueError("no")

    monkeypatch.setitem(TARGETS, "page", parse)
    rounds = iter(range(200))
    found: list[Finding] = []
    fuzz(["page"], seed=1, goes_on=lambda: next(rounds, None) is not None, told=found.append)
    (item,) = found
    assert item.data == b"<"
    assert item.kind.startswith("ValueError at test_fuzz.py:")
    assert save(item, tmp_path).read_bytes() == b"<"
    assert smaller(b"ab") == [b"b", b"a"]
