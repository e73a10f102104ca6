"""The run's log: JSON lines, nothing secret, nothing across the progress."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from coupa_async.cli.log import run_log


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
