"""What a person is shown of a spreadsheet before a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.preview import preview
from tests.services.spreadsheet.test_other_workbooks import ods, xls, xlsb


@pytest.mark.parametrize("make", [xls, ods, xlsb])
def test_workbooks_of_other_kinds_are_shown_too(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    found = preview(make(tmp_path), WorklistOptions())
    assert found.worklist.orders
    assert found.worklist.layout.sheet in found.sheets
