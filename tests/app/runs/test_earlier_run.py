"""What a retry repeats of the folder's latest run, and what it takes from what is set now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.earlier_run import EarlierRun
from coupa_async.cli.command import read
from coupa_async.domain.errors import InputError

THEN: dict[str, Any] = {
    "base_url": "https://then.example",
    "folder_columns": "Region, {supplier}",
    "requisition": "never",
}


@pytest.fixture
def earlier(tmp_path: Path) -> EarlierRun:
    (tmp_path / "orders.csv").write_text("PO_NUMBER\n")
    return EarlierRun(folder=tmp_path, input=tmp_path / "orders.csv", settings=THEN)


def test_names_and_places_are_as_they_were_whatever_is_set_since(earlier: EarlierRun) -> None:
    now = {"base_url": "https://now.example", "po_column": "Pedido", "folder_columns": (), "workers": 4}
    values = earlier.values(now, typed=())
    assert (values["base_url"], values["requisition"], values["workers"]) == ("https://then.example", "never", 4)
    assert values["po_column"] is None  # it was open then
    assert Settings.read(
        **{name: values[name] for name in ("folder_columns", "po_column", "base_url")}
    ).folder_columns == (*("Region", "{supplier}"),)


def test_what_is_typed_goes_before_what_was(earlier: EarlierRun) -> None:
    values = earlier.values({"base_url": "https://now.example", "sheet": "May"}, typed=("base_url", "sheet"))
    assert (values["base_url"], values["sheet"]) == ("https://now.example", "May")


def test_a_folder_without_history_knows_nothing_better(tmp_path: Path, earlier: EarlierRun) -> None:
    values = EarlierRun(folder=tmp_path, input=earlier.input).values({"po_column": "Pedido"}, typed=())
    assert values["po_column"] == "Pedido"


def test_a_spreadsheet_that_moved_is_asked_for_by_name(tmp_path: Path, earlier: EarlierRun) -> None:
    with pytest.raises(InputError, match="--input"):
        EarlierRun(folder=tmp_path, input=tmp_path / "gone.csv").values({}, typed=())
    found = EarlierRun(folder=tmp_path, input=tmp_path / "gone.csv").values({"input": earlier.input}, typed=("input",))
    assert found["input"] == earlier.input


def test_the_command_knows_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPA_BASE_URL", "https://now.example")
    settings: Any = read("retry", ["out", "--sheet", "May"])
    assert {"dir", "sheet"} <= settings._typed
    assert "base_url" not in settings._typed
