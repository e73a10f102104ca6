"""Makes ``report.html`` from journal and history: one page that loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO
from urllib.parse import quote

from coupa_async.domain.files.naming import outcome_folder
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.redaction import redacted
from coupa_async.services.files.own_file import head_of, own_path
from coupa_async.services.files.replace import replace_file
from coupa_async.services.languages.catalogue import catalogue
from coupa_async.services.languages.messages import translated
from coupa_async.services.records.history import History, RunEvent, RunRecord
from coupa_async.services.records.journal import Journal
from coupa_async.services.records.status import run_status
from coupa_async.services.reports.report_data import ReportData
from coupa_async.services.reports.report_page import report_page, titles
from coupa_async.services.reports.settings_used import settings_used

FILE_NAME = "report.html"
# What a page can show of a folder that runs every night, and of a run that took all of it.
_RUNS = 20
_READINGS = 600
_BAD_ROWS = 100
_UNKNOWN: Mapping[str, object] = MappingProxyType({})


class Wording:
    """How a report tells what the journal has.

    Attributes:
        defaults: Values of settings as they are if nobody says anything.
    """

    def __init__(self, language: str, defaults: Mapping[str, object]) -> None:
        """Take the language, of ``LANGUAGES``."""
        self.defaults = defaults
        self._texts = None if language == "en" else catalogue(language)

    def message(self, text: str) -> str:
        """Return a message of the program without secrets, in the report's language as far as it is known."""
        plain = redacted(text)
        return plain if self._texts is None or not plain else translated(plain, self._texts)


def write_report(
    root: Path,
    journal: Journal,
    history: History,
    now: datetime,
    *,
    language: str = "en",
    defaults: Mapping[str, object] = _UNKNOWN,
) -> Path:
    """Write the report of an output folder, whole or not at all. Blocking.

    Args:
        root: The output folder.
        journal: Its results.
        history: Its runs.
        now: When it is made.
        language: Of ``LANGUAGES``.
        defaults: Values of settings as they are if nobody says anything: a run's that are like them are folded away.

    Returns:
        Where it is; see :func:`report_path` and ``replace_file``.

    Raises:
        StorageError: If it cannot be written.
    """
    data = _data(root, journal, history, now, Wording(language, defaults))
    page = report_page(root.name, data, language).encode()

    def write(file: BinaryIO) -> None:
        file.write(page)

    return replace_file(report_path(root), write, now)


def report_path(root: Path) -> Path:
    """Return where the report of an output folder is, or goes: a page of the user's own stays. Blocking.

    Raises:
        StorageError: If there is no name left.
    """
    return own_path(root, FILE_NAME, lambda path: any(title in head_of(path) for title in titles()))


def _data(root: Path, journal: Journal, history: History, now: datetime, wording: Wording) -> dict[str, object]:
    stands = run_status(journal, history)
    pictures = {path.stem for path in (root / "snapshots").glob("*.png")}
    runs = [_run(run, history.run_events(run), wording) for run in history.runs()[-_RUNS:]]
    if not runs:
        times = journal.times() or [now]
        runs = [_without_history(times[0], times[-1], wording)]
    shown = ReportData.of(journal, str(stands.settings.get("data") or ""), frozenset(stands.asked))
    orders = [_order(result, at, pictures, shown, wording) for result, at in journal.results()]
    return {
        "folder": root.name,
        "made_at": now.isoformat(timespec="seconds"),
        "standing": {
            "outcomes": stands.standing.outcomes,
            "others": stands.standing.others,
            "files": stands.files,
            "bytes": stands.size_bytes,
            "seconds": stands.seconds,
            "restarts": stands.restarts,
            "last_processed": _iso(stands.last_processed),
        },
        "bad_rows": {
            "count": len(stands.bad_rows),
            "shown": [(row, wording.message(reason)) for row, reason in islice(stands.bad_rows.items(), _BAD_ROWS)],
        },
        "runs": runs,
        "fields": shown.columns(),
        "amounts": shown.groups(),
        "orders": orders,
    }


def _order(
    result: OrderResult, processed_at: datetime, pictures: set[str], shown: ReportData, wording: Wording
) -> list[object]:
    """Make the row that ``report.js`` reads, in its order."""
    picture = outcome_folder(result.number, Outcome.FAILED)
    return [
        result.number.shown,
        result.outcome,
        result.supplier,
        result.found,
        [(item.name, item.size_bytes) for item in result.saved],
        [(item.name, wording.message(item.reason)) for item in result.failed],
        round(result.seconds, 2),
        result.attempts,
        _iso(processed_at),
        f"./{quote(result.folder)}" if result.folder else "",
        _web(result.url),
        _web(redacted(result.requisition_url)),
        f"./snapshots/{quote(picture)}.png" if picture in pictures and not result.outcome.is_good else "",
        wording.message(result.remark),
        *([shown.values(result)] if shown.fields else []),
    ]


def _run(run: RunRecord, run_events: Iterator[RunEvent], wording: Wording) -> dict[str, object]:
    readings: list[RunEvent] = []
    others: list[RunEvent] = []
    for run_event in run_events:
        (readings if run_event.kind == "memory" else others).append(run_event)
    chosen, usual = settings_used(run.settings, wording.defaults)
    return {
        "started_at": _iso(run.started_at),
        "ended_at": _iso(run.ended_at),
        "backend": run.backend,
        "lane": run.lane,
        "workers": run.workers or "auto",
        "settings": chosen,
        "defaults": usual,
        "memory": [_moment(peak, wording) for peak in _peaks(readings, _READINGS)],
        "moments": [_moment(other, wording) for other in others],
    }


def _without_history(first: datetime, last: datetime, wording: Wording) -> dict[str, object]:
    """Make a run for a journal that is older than the history."""
    whole = RunRecord(id=0, started_at=first, ended_at=last, backend="", lane="", workers=0, settings={})
    return _run(whole, iter(()), wording)


def _moment(event: RunEvent, wording: Wording) -> dict[str, object]:
    return {
        "at": _iso(event.at),
        "kind": event.kind,
        "worker": event.worker,
        "detail": wording.message(event.detail),
        "value": event.value,
    }


def _peaks(readings: Sequence[RunEvent], limit: int) -> list[RunEvent]:
    """Thin readings out to at most ``limit``, keeping the highest of each stretch."""
    stretch = max(-(-len(readings) // limit), 1)
    parts = (readings[start : start + stretch] for start in range(0, len(readings), stretch))
    return [max(part, key=lambda item: item.value or 0.0) for part in parts]


def _web(address: str) -> str:
    """Return an address if it may be a link: only ``http`` and ``https``; else empty."""
    return address if address.startswith(("https://", "http://")) else ""


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
