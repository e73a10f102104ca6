"""R1: killed at any instant, resumed: nothing lost, nothing asked for twice. ``make kill-sweep`` is the long form."""

from __future__ import annotations

import subprocess

import pytest

from tests.chaos.check import violations
from tests.chaos.plugin import COUNT_INTO, DIE_AT
from tests.chaos.sweep import sweep
from tests.chaos.world import world


@pytest.mark.timeout(300)
def test_a_run_killed_at_any_instant_is_finished_by_the_next(where: dict[str, str]) -> None:
    tally = sweep(where, "double", points=20, seed=1)
    assert tally.bad == []
    assert tally.points == 20


@pytest.mark.timeout(300)
def test_over_the_api_too(where: dict[str, str]) -> None:
    assert sweep(where, "api", points=8, seed=1).bad == []


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("backend", ["playwright", "selenium"])
def test_with_browsers_too(where: dict[str, str], backend: str) -> None:
    tally = sweep(where, backend, points=4, seed=1)
    assert tally.bad == []


@pytest.mark.timeout(300)
def test_a_run_killed_between_any_two_of_its_last_steps_leaves_nothing_behind(where: dict[str, str]) -> None:
    with world(where, "double", load_orders=0) as made:
        into = made.root / "touches"
        assert made.start().wait(100) == 1
        assert made.start(**{COUNT_INTO: str(into)}).wait(100) == 1
        for touch in range(1, int(into.read_text()) + 1, 3):
            assert made.start(**{DIE_AT: str(touch)}).wait(100) == -9
        assert made.start().wait(100) == 1
        assert violations(made) == []


def test_the_check_sees_what_is_wrong(where: dict[str, str]) -> None:
    with world(where, "double", load_orders=0) as made:
        assert made.start().wait(100) == 1
        folder = made.out / "EMEA" / "A. Silva" / "PO15262984_COMPLETED"
        (folder / "Terms.docx").write_bytes(b"half")
        (made.out / "EMEA" / "A. Silva" / "PO15262985__WORK").mkdir()
        (made.temporary / "openpyxl.abc").touch()
        with subprocess.Popen(["sleep", "60"], cwd="/", env={"HOME": str(made.home)}) as sleeper:
            told = "\n".join(violations(made))
            sleeper.kill()
    assert "Terms.docx is not whole" in told
    assert "left in the output folder: EMEA/A. Silva/PO15262985__WORK" in told
    assert "a folder too many: EMEA/A. Silva/PO15262985__WORK" in told
    assert "a temporary file: openpyxl.abc" in told
    assert "left running" in told
