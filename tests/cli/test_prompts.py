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
from coupa_async.cli.prompts import ask_for_input, ask_for_messages, ended_by_interrupt

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
