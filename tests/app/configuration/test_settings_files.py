"""Files of settings as editors and shells write them, and names in them that nobody reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.app.configuration.setting_names import unknown_names
from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.commands.run import Run
from coupa_async.domain.errors import SettingsError
from tests.cli.test_bad_input import coupa

LINES = "COUPA_USERNAME=José\nCOUPA_BASE_URL=https://acme.example\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("COUPA_BASE_URL", "COUPA_USERNAME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_is_read_in_the_encoding_that_its_mark_tells(here: Path, encoding: str) -> None:
    (here / ".env").write_bytes(LINES.encode(encoding))
    (here / "coupa.toml").write_bytes("workers = 3\n".encode(encoding))
    settings = Settings.read()
    assert (settings.username, settings.base_url, settings.workers) == ("José", "https://acme.example", 3)
    assert unknown_names(Run, {}) == []


def test_a_file_with_lists_in_lists_without_end_is_refused(here: Path) -> None:
    (here / "coupa.toml").write_text(f"folder_columns = {'[' * 5_000}")
    with pytest.raises(SettingsError, match=r"coupa\.toml: cannot be read as TOML"):
        Settings.read()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le"])
@pytest.mark.parametrize("name", [".env", "coupa.toml"])
def test_a_file_in_another_encoding_is_one_line_with_file_line_and_cure(here: Path, name: str, encoding: str) -> None:
    (here / name).write_bytes(f"# é\n{LINES}".encode(encoding))
    with pytest.raises(SettingsError, match=rf"^{name}, line 1: .*: save it as UTF-8$"):
        Settings.read()


@pytest.mark.parametrize("words", [("status", "."), ("report", "."), ("completion", "bash"), ("run", "--help")])
def test_a_command_that_needs_no_settings_does_not_fail_on_them(here: Path, words: tuple[str, ...]) -> None:
    (here / ".env").write_bytes(LINES.encode("cp1252"))
    (here / "coupa.toml").write_text("workers: 4")
    told = coupa(here, *words).stderr
    assert ".env" not in told
    assert "coupa.toml" not in told


def test_a_name_that_nobody_reads_is_told_with_the_nearest_right_one(here: Path) -> None:
    (here / ".env").write_text("COUPA_BASEURL=x\nDATABASE_URL=x\nCOUPA_WORKERS=2\n")
    (here / "coupa.toml").write_text("workerz = 2\nlane = 'direct'\nCOUPA_USERNAME = 'x'\n")
    (here / ".env.txt").touch()
    told = "\n".join(unknown_names(Run, {"MAX_PARALEL_WORKERS": "2", "PATH": "/bin", "COUPA_ONLY": "PO1"}))
    assert told.splitlines() == [
        "environment: MAX_PARALEL_WORKERS is no setting and is not read: did you mean MAX_PARALLEL_WORKERS?",
        ".env: COUPA_BASEURL is no setting and is not read: did you mean COUPA_BASE_URL?",
        "coupa.toml: workerz is no setting and is not read: did you mean workers?",
        "coupa.toml: COUPA_USERNAME is no setting and is not read: did you mean username?",
        ".env.txt is not read: rename it to .env",
    ]


@pytest.mark.parametrize("rest", ["/order_headers/15262984", "/user/home?x=1", "?x=1", "#top"])
def test_a_pasted_address_is_cut_to_its_origin_and_that_is_said(here: Path, rest: str) -> None:
    settings = Settings.read(base_url=f"https://acme.example:8443{rest}")
    assert settings.base_url == "https://acme.example:8443"
    assert len(settings.notes) == 1
    assert Settings.read(base_url="https://acme.example/").notes == ()


def test_a_run_says_what_of_the_address_and_of_the_names_is_not_used(here: Path) -> None:
    (here / "orders.csv").write_text("PO_NUMBER\nPO1\n")
    url = "https://acme.example/order_headers/1"
    done = coupa(here, "run", "orders.csv", "--dry-run", COUPA_BASE_URL=url, COUPA_BASEURL=url)
    assert done.returncode == 0, done.stderr
    assert "your Coupa is https://acme.example:" in done.stderr
    assert "did you mean COUPA_BASE_URL?" in done.stderr
