"""Questions on a real terminal: Ctrl-C ends them at once, and yes is taken in more than one language."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.language import speak
from coupa_async.cli.prompts import ask_for_input, ask_for_messages, ask_yes_no, ended_by_interrupt

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")


def _read_until(terminal: int, wanted: bytes) -> bytes:
    text = b""
    while wanted not in text:
        text += os.read(terminal, 4096)
    return text


def test_ctrl_c_at_a_question_ends_the_command_at_once_with_130(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("PO_NUMBER\nPO1\n")
    command = [sys.executable, "-m", "coupa_async", "run", "orders.csv", "--base-url", "https://acme.example"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        told = _read_until(ours, b"[y/n]")
        while psutil.Process(process.pid).status() != psutil.STATUS_SLEEPING:
            pass  # until it waits for the answer, and not only has asked
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=30)
        finally:
            process.kill()
    assert code == 130
    assert b"msg_pdf" in told  # how not to be asked again
    assert not (tmp_path / "out").exists()
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(("answer", "is_wanted"), [("s", True), ("Sim", True), ("y", True), ("não", False)])
def test_yes_and_no_are_taken_in_the_languages_of_those_who_are_asked(
    answer: str, is_wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coupa_async.cli.prompts.is_person_there", lambda _: True)
    monkeypatch.setattr("builtins.input", lambda *_: answer)
    assert ask_for_messages(Settings.model_construct(msg_pdf=None)) == {"msg_pdf": is_wanted}


def test_a_question_in_portuguese_offers_the_answers_in_portuguese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda *_: "")
    speak("pt-BR")
    try:
        assert ask_yes_no("Entrar agora?", default=True)
    finally:
        speak("en")
    assert "Entrar agora? [s/n] (s):" in capsys.readouterr().err


def test_an_error_is_broken_between_words_on_a_terminal_and_nowhere_in_a_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "coupa_async", "status", "a-folder-of-a-long-name-that-is-not-there"]
    ours, theirs = pty.openpty()
    env = os.environ | {"COLUMNS": "50"}
    with subprocess.Popen(command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        told = _read_until(ours, b"(-o)").decode()
        assert process.wait(timeout=30) == 2
    lines = [line for line in told.splitlines() if line]
    assert len(lines) > 2
    assert max(map(len, lines)) <= 50
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env, check=False)
    assert "".join(done.stderr.split()) == "".join("".join(lines).split())
    assert len(done.stderr.splitlines()) == 1
    os.close(ours)
    os.close(theirs)


def test_after_a_question_ctrl_c_means_what_it_meant_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with ended_by_interrupt():
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(("answer", "workers"), [("", None), ("auto", None), ("3", 3), ("99", 64), ("0", 1)])
def test_the_number_of_workers_is_a_number_or_auto(
    answer: str, workers: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coupa_async.cli.prompts.is_person_there", lambda _: True)
    answers = iter(["orders.csv", *(["many"] if answer else []), answer, ""])
    monkeypatch.setattr("builtins.input", lambda *_: next(answers))
    assert ask_for_input(Settings.read(), None)[1]["workers"] == workers
