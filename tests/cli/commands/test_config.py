"""``config``: what each setting is, where it comes from, and a person's own file of them."""

from __future__ import annotations

import io
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.command import parse
from coupa_async.cli.commands.run import Run
from coupa_async.cli.main import main


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own file; the current folder is another."""
    path = tmp_path / "user" / "coupa-async" / "coupa.toml"
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: path.parent)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return path


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A system's keyring, in memory."""
    kept: dict[tuple[str, str], str] = {}
    library, trouble = ModuleType("keyring"), ModuleType("keyring.errors")

    class KeyringError(Exception):
        pass

    def delete(service: str, name: str) -> None:
        if kept.pop((service, name), None) is None:
            raise KeyringError("not found")

    trouble.KeyringError = KeyringError  # type: ignore[attr-defined]
    trouble.NoKeyringError = type("NoKeyringError", (KeyringError,), {})  # type: ignore[attr-defined]
    library.errors = trouble  # type: ignore[attr-defined]
    library.get_password = lambda service, name: kept.get((service, name))  # type: ignore[attr-defined]
    library.set_password = lambda service, name, text: kept.update({(service, name): text})  # type: ignore[attr-defined]
    library.delete_password = delete  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", library)
    monkeypatch.setitem(sys.modules, "keyring.errors", trouble)
    return kept


def shown(capsys: pytest.CaptureFixture[str], *flags: str) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert main(["config", *flags, "--json"]) == 0
    found: dict[str, dict[str, object]] = json.loads(capsys.readouterr().out.splitlines()[-1])["settings"]
    return found


def test_every_source_is_named_and_the_strongest_counts(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.parent.mkdir(parents=True)
    everything = ["tabs", "workers", "max_attempts", "session_mb", "grace_s"]
    file.write_text("".join(f"{name} = 101\n" for name in everything).replace("workers = 101", "workers = 5"))
    Path("coupa.toml").write_text("max_attempts = 6\nworkers = 6\ntabs = 6\nsession_mb = 106\n")
    Path(".env").write_text("COUPA_MAX_ATTEMPTS=7\nCOUPA_TABS=7\nMAX_PARALLEL_WORKERS=7\n")
    monkeypatch.setenv("MAX_PARALLEL_WORKERS", "8")
    monkeypatch.setenv("COUPA_TABS", "8")
    found = shown(capsys, "--tabs", "9")
    assert {name: (found[name]["value"], found[name]["from"]) for name in [*everything, "lane"]} == {
        "tabs": (9, "flag"),
        "workers": (8, "environment"),
        "max_attempts": (7, ".env"),
        "session_mb": (106, "coupa.toml"),
        "grace_s": (101.0, str(file)),
        "lane": ("auto", "default"),
    }


def test_a_secret_is_shown_as_hidden(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COUPA_PASSWORD", "s3cret")
    monkeypatch.setenv("COUPA_SELENIUM_URL", "http://me:s3cret@grid:4444")
    assert main(["config"]) == 0
    said = capsys.readouterr().out
    assert "(hidden)" in said
    assert "http://grid:4444" in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("base_url", "https://tenant.coupahost.com/", "https://tenant.coupahost.com"),
        ("MAX_PARALLEL_WORKERS", "4", 4),
        ("page-timeout-s", "2.5", 2.5),
        ("COUPA_EMPTY_FOLDERS", "yes", True),
        ("folder_columns", "Região, {supplier}", ["Região", "{supplier}"]),
        ("output_dir", 'C:\\Users\\me\\"PO"', 'C:\\Users\\me\\"PO"'),
        ("po_column", "Nº\x7f\t#1", "Nº\x7f\t#1"),
    ],
)
def test_what_is_set_is_read_by_every_command_until_it_is_unset(name: str, text: str, kept: object, file: Path) -> None:
    assert main(["config", "set", name, text]) == 0
    ((field, value),) = tomllib.loads(file.read_text(encoding="utf-8")).items()
    assert value == kept
    assert getattr(parse(Run, ["x.csv"]), field) != Settings.model_fields[field].default
    assert main(["config", "unset", name]) == 0
    assert file.read_text() == ""
    assert main(["config", "unset", name]) == 0  # nothing to take out


def test_other_lines_and_comments_stay_as_they_are(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("# mine\nworkers = 2  # two\n\n[other]\nworkers = 7\n")
    assert main(["config", "set", "workers", "3"]) == 0
    assert main(["config", "set", "lane", "direct"]) == 0
    assert file.read_text() == '# mine\nworkers = 3\n\nlane = "direct"\n[other]\nworkers = 7\n'


def test_a_value_in_several_lines_is_left_to_an_editor(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.parent.mkdir(parents=True)
    file.write_text('folder_columns = [\n  "A",\n]\n')
    assert main(["config", "set", "folder_columns", "B"]) == 2
    assert "change it with an editor" in capsys.readouterr().err
    assert file.read_text() == 'folder_columns = [\n  "A",\n]\n'


@pytest.mark.parametrize(
    ("words", "story"),
    [
        (["set", "nope", "1"], "no setting 'nope'"),
        (["set", "workers", "many"], "workers"),
        (["set", "workers"], "workers: no value"),
        (["set", "base_url", ""], "base_url: no value"),
        (["set", "base_url", "tenant"], "is no address"),
        (["set", "base_url", "http://[x"], "base_url"),
        (["set", "workers", "http://[x"], "workers"),
        (["set", "selenium_url", "http://me:s3cret@grid"], "holds a password"),
        (["set", "password", "s3cret"], "never on a command line"),
        (["set", "COUPA_PASSWORD"], "coupa-async[keyring]"),
        (["unset"], "NAME"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_one_line(
    words: list[str], story: str, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert main(["config", *words]) == 2
    said = capsys.readouterr().err
    assert story in said
    assert "s3cret" not in said
    assert len(said.splitlines()) == 1
    assert not file.exists()


def test_a_file_with_a_bad_value_can_be_mended_by_the_command_that_wrote_it(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text('workers = "many"\n')
    assert main(["config"]) == 2
    assert main(["config", "set", "workers", "2"]) == 0
    assert Settings.read().workers == 2


@pytest.mark.parametrize("place", ["user", "here"])
def test_a_file_that_is_no_toml_is_named(place: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.parent.mkdir(parents=True)
    path = file if place == "user" else Path("coupa.toml")
    path.write_text("workers: 4")
    assert main(["config"]) == 2
    assert f"{path}: cannot be read as TOML" in capsys.readouterr().err


def test_the_keyring_keeps_the_password_of_one_user_of_one_tenant(
    keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("s3cret\n"))
    assert main(["config", "set", "password"]) == 2  # whose?
    assert main(["config", "set", "base_url", "https://a.coupahost.com"]) == 0
    assert main(["config", "set", "username", "me"]) == 0
    assert main(["config", "set", "password"]) == 0
    assert keyring == {("coupa-async a.coupahost.com", "me"): "s3cret"}
    assert "s3cret" not in file.read_text()
    password = Settings.read().password
    assert password is not None
    assert password.get_secret_value() == "s3cret"
    assert parse(Settings, ["--base-url", "https://b.coupahost.com"]).password is None
    assert parse(Settings, ["--username", "you"]).password is None
    assert shown(capsys)["password"] == {"value": "(hidden)", "from": "keyring"}
    monkeypatch.setenv("COUPA_PASSWORD", "other")
    assert shown(capsys)["password"] == {"value": "(hidden)", "from": "environment"}
    monkeypatch.delenv("COUPA_PASSWORD")
    assert main(["config", "unset", "password"]) == 0
    assert Settings.read().password is None
    assert main(["config", "unset", "password"]) == 2


def test_a_setting_has_one_line_of_a_terminal_with_its_value_as_a_file_would_have_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUPA_BASE_URL", "https://acme.coupahost.com")
    assert main(["config"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["base_url", "https://acme.coupahost.com", "(environment)"] in lines
    assert ["notify", "true", "(default)"] in lines
    assert ["login_url", "(default)"] in lines
