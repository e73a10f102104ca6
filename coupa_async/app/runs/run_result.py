"""What came of an output folder's runs: counts, causes of failures, files to open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coupa_async.app.runs.output_folder import folder_status, opened
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.causes import CauseGroup, by_cause
from coupa_async.services.records.status import RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """An output folder as it stands.

    Attributes:
        causes: Why orders of its latest spreadsheet did not come out well, the cause of most of them first.
        workbook: The copy of the spreadsheet with the results; ``None`` if there is none.
        is_demo: Whether it is of the recorded site.
    """

    summary: Summary
    status: RunStatus
    causes: Sequence[CauseGroup]
    workbook: Path | None
    is_demo: bool

    @property
    def is_interrupted(self) -> bool:
        """Whether the latest run was ended without a word: by a kill, or by a power cut."""
        return self.status.started_at is not None and self.status.ended_at is None and not self.summary.is_at_work


def run_result(root: Path) -> RunResult:
    """Read an output folder, also while a run goes on. Blocking.

    Raises:
        InputError: If there is no journal.
        OutputError: If it cannot be read.
    """
    summary, status = folder_status(root)
    with opened(root) as (journal, _):
        causes = by_cause(result for result, _ in journal.results() if result.number.key in status.asked)
    return RunResult(
        summary=summary,
        status=status,
        causes=causes,
        workbook=_workbook(root, status.settings),
        is_demo=bool(status.settings.get("is_demo")),
    )


def folders_of(root: Path, outcomes: Collection[Outcome]) -> list[str]:
    """Return the folders of the orders that came to these outcomes, below the output folder. Blocking.

    Raises:
        InputError: If there is no journal.
        OutputError: If it cannot be read.
    """
    with opened(root) as (journal, _):
        return [item.folder for item, _ in journal.results() if item.folder and item.outcome in outcomes]


def _workbook(root: Path, settings: Mapping[str, object]) -> Path | None:
    """Find the file with the results: the copy that the run names, or the one beside it, whichever is newer."""
    source = Path(str(settings.get("input", "")))
    name = Path(str(settings.get("workbook") or source.name)).name
    places = [root / f"{Path(name).stem}-results.xlsx", *([] if settings.get("in_place") else [root / name])]
    found = [path for path in places if name and path.is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)
