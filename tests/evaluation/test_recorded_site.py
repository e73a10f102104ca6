"""The recorded site as a helper process that does not do what it should."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coupa_async.cli.main import main
from coupa_async.domain.errors import RunError
from coupa_async.evaluation import recorded_site as recorded_module
from coupa_async.evaluation.recorded_site import read_expected_orders, recorded_site

# What a helper that does not start does instead, and the words of it that the user should see.
TROUBLE = {
    "says why and ends": ("import sys; sys.exit('Address already in use')", "Address already in use"),
    "ends in a traceback": ("raise ModuleNotFoundError('no aiohttp')", "ModuleNotFoundError: no aiohttp"),
    "ends without a word": ("import os; os._exit(3)", "it does not say where it is"),
    "says something else": ("print('hello'); input()", "it does not say where it is"),
    "says half a line": ("import sys; sys.stdout.write('{')", "it does not say where it is"),
    "says no end": ("print('x' * 100_000)", "it does not say where it is"),
    "closes its stdout and stays": ("import os; os.close(1); os.read(0, 1)", "it does not say where it is"),
}
_WHERE = {
    "base_url": "http://127.0.0.1:9",
    "sso_url": "http://localhost:9",
    "username": "u",
    "password": "p",
    "client_id": "c",
    "client_secret": "s",
}
SAYS_WHERE = f"import sys, json; print(json.dumps({_WHERE!r}), flush=True)"


def do_instead(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_module, "_FIXTURES", [sys.executable, "-c", code])


@pytest.mark.anyio
@pytest.mark.parametrize("name", TROUBLE)
async def test_a_site_that_does_not_start_is_one_line_with_its_own_last_words(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, words = TROUBLE[name]
    do_instead(code, monkeypatch)
    with pytest.raises(RunError, match=f"the recorded site did not start: {words}: see what") as raised:
        async with recorded_site():
            pass
    assert "\n" not in str(raised.value)


@pytest.mark.anyio
async def test_a_site_that_says_nothing_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    do_instead("input()", monkeypatch)
    monkeypatch.setattr(recorded_module, "_START_S", 0.1)
    with pytest.raises(RunError, match="silent for"):
        async with recorded_site():
            pass


@pytest.mark.anyio
async def test_a_site_that_ends_while_it_is_used_is_told_where_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    do_instead(f"{SAYS_WHERE}; sys.exit('out of memory')", monkeypatch)
    with pytest.raises(RunError, match=r"http://127\.0\.0\.1:9 does not answer"):
        async with recorded_site() as site:
            site.reset()


@pytest.mark.anyio
async def test_what_the_site_complained_of_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    do_instead(f"import sys; print('a socket broke', file=sys.stderr); {SAYS_WHERE}; input()", monkeypatch)
    async with recorded_site():
        pass
    assert "the recorded site said: a socket broke" in caplog.text


@pytest.mark.anyio
async def test_a_program_that_is_not_there_is_no_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(recorded_module, "_FIXTURES", [str(tmp_path / "python")])
    with pytest.raises(RunError, match="the recorded site did not start"):
        await read_expected_orders()
    with pytest.raises(RunError, match="the recorded site did not start"):
        async with recorded_site():
            pass


@pytest.mark.parametrize("command", ["demo", "compare", "evidence"])
def test_a_command_whose_site_does_not_start_ends_with_exit_code_4(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    do_instead("import sys; sys.exit('Address already in use')", monkeypatch)
    monkeypatch.setenv("COUPA_BROWSER_PATH", sys.executable)  # which `evidence` looks for first
    assert main([command, "-o", str(tmp_path / "out")]) == 4
    said = capfd.readouterr().err
    assert "coupa-async: the recorded site did not start: Address already in use" in said
    assert "Traceback" not in said


def test_an_output_folder_that_cannot_be_made_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert main(["demo", "-o", str(tmp_path / "file" / "out")]) == 2
    assert "choose another with -o" in capfd.readouterr().err
