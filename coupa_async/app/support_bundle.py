"""What somebody who helps needs to see, in one text with nothing secret in it."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from coupa_async.app.configuration.setting_states import SettingState
from coupa_async.app.diagnose import Diagnosis
from coupa_async.app.runs.run_log import log_path
from coupa_async.domain.redaction import redacted

_PACKAGES = ("coupa-async", "aiohttp", "anyio", "openpyxl", "playwright", "pydantic", "starlette", "uvicorn")
_LOG_BYTES = 200_000
_LOG_LINES = 400


def support_bundle(found: Diagnosis, states: Sequence[SettingState], folder: Path | None) -> str:
    """Write it. Blocking.

    Args:
        found: What the checks say.
        states: The settings.
        folder: The output folder whose log is wanted; ``None`` for none.
    """
    home = str(Path.home())
    return "\n".join(_lines(found, states, folder)).replace(home, "~") + "\n"


def _lines(found: Diagnosis, states: Sequence[SettingState], folder: Path | None) -> Iterator[str]:
    yield "# Versions"
    yield f"{platform.platform()}, Python {platform.python_version()}"
    yield from (f"{name} {version(name)}" for name in _PACKAGES)
    yield "\n# Checks"
    for finding in found.findings:
        yield redacted(f"{finding.mark:<5} {finding.name}: {finding.text} {finding.cure}".rstrip())
    yield "\n# Settings that are not the default"
    for state in states:
        if state.origin != "default" and state.name != "username":
            yield redacted(f"{state.name} = {state.value}  ({state.origin})")
    yield "\n# The end of the latest run's log"
    yield from (redacted(line) for line in _last_lines(log_path(folder) if folder else None))


def _last_lines(log: Path | None) -> list[str]:
    if log is None or not log.is_file():
        return ["none"]
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    return text.splitlines()[-_LOG_LINES:]
