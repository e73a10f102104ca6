"""The run's log: JSON lines, nothing secret, nothing across the progress."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from coupa_async.cli.log import log_event, run_log
from coupa_async.domain.events import WorkerRestarting


def test_what_asyncio_has_to_say_goes_into_the_log_and_not_across_the_progress(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with run_log(tmp_path / "run.log"):
        logging.getLogger("asyncio").error("Future exception was never retrieved: _coupa_session=secret")
    (line,) = (tmp_path / "run.log").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["level"] == "ERROR"
    assert "secret" not in line
    assert capsys.readouterr().err == ""


def test_a_log_of_some_loggers_leaves_the_others_alone(tmp_path: Path) -> None:
    with run_log(tmp_path / "new" / "some.log", of=("asyncio",)):
        logging.getLogger("asyncio").error("Future exception was never retrieved")
        logging.getLogger("coupa_async.events").error("the run's own")
    (line,) = (tmp_path / "new" / "some.log").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["logger"] == "asyncio"


def test_an_address_in_an_event_or_a_traceback_lets_nobody_in(tmp_path: Path) -> None:
    address = "https://u:s3cr3t@t.example.com/x?sig=s3cr3t"
    with run_log(tmp_path / "run.log"):
        log_event(WorkerRestarting(worker="worker-1", reason=f"lost at {address}", delay_s=0.0))
        try:
            raise RuntimeError(f'"{address}"')
        except RuntimeError:
            logging.getLogger("backends").exception("no answer of %s", address)
    text = (tmp_path / "run.log").read_text(encoding="utf-8")
    assert "s3cr3t" not in text
    assert [json.loads(line)["message"] for line in text.splitlines()] == [
        "WorkerRestarting",
        "no answer of https://t.example.com/x?***",
    ]
