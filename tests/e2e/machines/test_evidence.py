"""A check of ``evidence`` on a run of the real program: it holds, and with a fault it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coupa_async.evaluation.checks.checks import profiles
from coupa_async.evaluation.checks.environment import CheckSetup
from tests.e2e.conftest import BACKENDS, Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.slow]


@BACKENDS
async def test_profiles_are_seen_while_the_run_goes_on_and_gone_after(
    site: Site, load_sheet: Callable[[int], Path], tmp_path: Path, backend: str
) -> None:
    """5.5, P1"""
    sheet = load_sheet(9)
    own = {name: value for name, value in site.environment.items() if name.startswith("COUPA_")}
    setup = CheckSetup(
        root=tmp_path, sheet=sheet, small=sheet, backend=backend, environment=own, kill_browsers=lambda: None
    )
    check = await profiles(setup)
    assert [finding.text for finding in check.findings if not finding.holds] == []
    (run,) = check.runs
    assert len(run.profiles) == 3
    assert run.browser
    assert "PASSWORD" not in run.command
