"""What is wrong with a setting: its name as the person wrote it, its value, and what it should be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.command import read
from coupa_async.domain.errors import SettingsError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def told(*words: str) -> str:
    with pytest.raises(SettingsError) as error:
        read("run", list(words))
    return str(error.value)


@pytest.mark.parametrize(
    ("variable", "value", "story"),
    [
        ("MAX_PARALLEL_WORKERS", "dois", "MAX_PARALLEL_WORKERS (workers): 'dois' is not a whole number"),
        pytest.param(
            *("max_parallel_workers", "0", "max_parallel_workers: '0' is less than 1"),
            marks=pytest.mark.skipif(sys.platform == "win32", reason="names are in capitals there"),
        ),
        ("COUPA_WORKERS", "65", "COUPA_WORKERS (workers): '65' is more than 64"),
        ("COUPA_GRACE_S", "long", "COUPA_GRACE_S (grace_s): 'long' is not a number"),
        ("COUPA_EMPTY_FOLDERS", "talvez", "COUPA_EMPTY_FOLDERS (empty_folders): 'talvez' is neither true nor false"),
        ("COUPA_LANE", "fast", "COUPA_LANE (lane): 'fast' is none of 'auto', 'api', 'direct' or 'browser'"),
        (
            "COUPA_BASE_URL",
            "acme",
            "COUPA_BASE_URL (base_url): 'acme' is no address: write https://TENANT.coupahost.com",
        ),
        (
            "COUPA_BASE_URL",
            "acme.coupahost.com/order_headers/1",
            "COUPA_BASE_URL (base_url): 'acme.coupahost.com/order_headers/1' is no address: "
            "write https://acme.coupahost.com",
        ),
        (
            "COUPA_FILES_FROM",
            "header,x",
            "COUPA_FILES_FROM (files_from): 'x' is none of 'header', 'lines', 'comments' or 'requisition'",
        ),
    ],
)
def test_a_variable_is_named_as_it_is_spelled(
    variable: str, value: str, story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COUPA_BASE_URL", raising=False)
    monkeypatch.setenv(variable, value)
    assert told() == story


def test_a_flag_goes_before_a_variable_and_is_named_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_PARALLEL_WORKERS", "2")
    assert told("--workers", "dois") == "--workers: 'dois' is not a whole number"
    assert told("--max-parallel-workers=0") == "--max-parallel-workers: '0' is less than 1"


@pytest.mark.parametrize(
    ("name", "text", "story"),
    [
        (".env", "# mine\nCOUPA_TABS=x\n", ".env, line 2: COUPA_TABS (tabs): 'x' is not a whole number"),
        (".env", "export MAX_PARALLEL_WORKERS=x", ".env, line 1: MAX_PARALLEL_WORKERS (workers): 'x' is not"),
        ("coupa.toml", '\n\nworkers = "many"\n', "coupa.toml, line 3: workers: 'many' is not a whole number"),
        ("coupa.toml", "settle_s = -1\n", "coupa.toml, line 1: settle_s: -1 is not more than 0"),
    ],
)
def test_a_line_of_a_file_is_named_by_its_number(here: Path, name: str, text: str, story: str) -> None:
    (here / name).write_text(text)
    assert told().startswith(story)


@pytest.mark.parametrize("around", ['"{}"', "'{}'", " <{}> ", "{}/"])
def test_what_shells_and_mails_leave_around_an_address_is_not_of_it(
    around: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUPA_BASE_URL", around.format("https://acme.coupahost.com"))
    settings = read("run", [])
    assert isinstance(settings, Settings)
    assert settings.tenant() == "https://acme.coupahost.com"


def test_the_example_of_the_pages_is_no_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPA_BASE_URL", "https://TENANT.coupahost.com")
    settings = read("run", [])
    assert isinstance(settings, Settings)
    with pytest.raises(SettingsError, match="TENANT stands for a name of your company's own"):
        settings.tenant()


@pytest.mark.parametrize("text", ["header,lines", "header; lines", "header lines", " header\tlines ,"])
def test_words_are_taken_with_commas_semicolons_and_spaces(text: str) -> None:
    settings = read("run", ["--from", text, "--folder-columns", "My Region; Buyer"])
    assert isinstance(settings, Settings)
    assert settings.files_from == ("header", "lines")
    assert settings.folder_columns == ("My Region", "Buyer")
