"""The run's log: JSON lines, nothing secret, nothing across the progress."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from pathlib import Path

import pytest

from coupa_async.app.runs.run_log import log_event, run_log
from coupa_async.domain.errors import OutputError
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


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_a_log_is_the_users_alone_and_goes_through_no_link(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with run_log(tmp_path / "run.log"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "run.log").stat().st_mode) == 0o600
    (tmp_path / "linked.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="is a link"), run_log(tmp_path / "linked.log"):
        pytest.fail("it was followed")
    assert not (tmp_path / "elsewhere").exists()


def test_a_log_that_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "run.log").mkdir()
    with pytest.raises(OutputError, match="choose another folder"), run_log(tmp_path / "run.log"):
        pytest.fail("it was written")


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
