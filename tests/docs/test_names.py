from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.commands.run import Run
from coupa_async.domain.data.fields import KNOWN
from coupa_async.domain.errors import SettingsError
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS
from tests.docs.blocks import PAGES, ROOT, blocks
from tools.docs import columns_page, messages_page, settings_page

_VARIABLES = {settings_page.variable(name, field): name for name, field in Settings.model_fields.items()}
_COLUMNS = {*RESULT_COLUMNS, *(field.column for field in KNOWN)}
_OF_TESTS = ("COUPA_CONTRACT_BACKEND",)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|toml|md|html|sh|js|css))(?:::\w+)?`")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_variable_that_a_page_names_is_a_setting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in set(re.findall(r"\b(?:COUPA|EDGE|MAX|ENABLE)_[A-Z_]+[A-Z]\b", text)):
        assert name in _VARIABLES or name in _COLUMNS or name in _OF_TESTS, name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_link_leads_to_a_file_that_is_there(path: Path) -> None:
    for target in _LINK.findall(path.read_text(encoding="utf-8")):
        if not target.startswith(("#", "http")):
            assert (path.parent / target.partition("#")[0]).is_file(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_source_file_that_a_page_names_is_there(path: Path) -> None:
    for name in _PATH.findall(path.read_text(encoding="utf-8")):
        places = (ROOT / name, ROOT / "coupa_async" / name)
        assert any(place.exists() for place in places) or name.startswith("state/"), name


def test_settings_in_examples_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = ROOT / "docs" / "reference" / "settings.md"
    toml = next(text for _, language, text in blocks(page) if language == "toml")
    (tmp_path / "coupa.toml").write_text(toml, encoding="utf-8")
    from_toml = Run.read()
    (tmp_path / "coupa.toml").unlink()
    (tmp_path / ".env").write_text(next(text for _, language, text in blocks(page) if language == "ini"), "utf-8")
    from_env = Run.read()
    assert from_toml.folder_columns == from_env.folder_columns == ("Region", "{supplier}")
    assert from_toml.workers == from_env.workers == 4
    assert from_toml.base_url == from_env.base_url == "https://TENANT.coupahost.com"
    assert set(tomllib.loads(toml)) <= set(Settings.model_fields)


@pytest.mark.parametrize("variable", sorted(set(_VARIABLES) - {"COUPA_PASSWORD"}))
def test_a_variable_of_the_settings_page_sets_its_setting(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = _VARIABLES[variable]
    default = getattr(Settings.read(), name)
    values = ["http://127.0.0.1:1", "0.5", "7", "true", "false", *get_args(Settings.model_fields[name].annotation)]
    was_read = []
    for value in values:
        monkeypatch.setenv(variable, str(value))
        try:
            was_read.append(getattr(Settings.read(), name) != default)
        except SettingsError as error:
            was_read.append(name in str(error).lower() or variable in str(error))
    assert any(was_read)


def test_a_message_of_the_troubleshooting_page_is_one_that_the_program_has() -> None:
    text = (ROOT / "docs" / "guide" / "troubleshooting.md").read_text(encoding="utf-8")
    source = "".join(
        re.sub(r'"\n\s*f?"', "", item.read_text(encoding="utf-8"))
        for item in [*(ROOT / "coupa_async").rglob("*.py"), *(ROOT / "backends").rglob("*.py")]
    )
    quoted = [" ".join(item.split()) for item in re.findall(r"\*\*`([^`]+)`\*\*", text)]
    assert len(quoted) > 15
    for message in quoted:
        for part in re.split(r"…|\d+|worker-", message):
            assert part.strip() in source or part.strip() in ("PO_NOT_FOUND", "TIMEOUT"), message


@pytest.mark.parametrize("made", [settings_page, messages_page, columns_page], ids=["settings", "messages", "columns"])
def test_a_page_made_from_the_source_is_up_to_date(made: object) -> None:
    page, path = made.page(), made.PAGE  # type: ignore[attr-defined]
    assert path.read_text(encoding="utf-8") == page, "stale: make docs"
