"""Corrects the number of one order of an output folder: it is tried alone, then kept, or discarded without a trace.

The journal has each decision before anything of it is carried out; what a kill has left of it is carried out by
whoever comes next: :func:`carry_out`, or the next run in the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coupa_async.app.configuration.settings import shown_defaults
from coupa_async.app.runs.earlier_run import earlier_run
from coupa_async.app.runs.fill_in import FilledIn, fill_in_again
from coupa_async.app.runs.output_folder import is_at_work, opened
from coupa_async.domain.corrections import correct, with_correction
from coupa_async.domain.errors import InputError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult
from coupa_async.services.files.storage import Storage
from coupa_async.services.files.trial_folders import TrialFolders
from coupa_async.services.records.corrections import Corrections, Trial
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.manifest import write_manifest
from coupa_async.services.reports.run_report import write_report


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A number that is tried.

    Attributes:
        result: What came of it; ``None`` if it was not tried to its end.
    """

    trial: Trial
    result: OrderResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRun:
    """What a run is to do that tries a number.

    Attributes:
        folder: Its output folder.
        number: The one order that it works on.
        corrected: The numbers that it takes in place of those of the spreadsheet, by the keys of these.
    """

    folder: Path
    number: OrderNumber
    corrected: Mapping[str, OrderNumber]


def begin_trial(root: Path, key: str, text: str) -> TrialRun:
    """Note that another number is to be tried for an order. Blocking.

    Args:
        root: The output folder.
        key: The order's, by its present number.
        text: The other number, as typed.

    Raises:
        InputError: If that cannot be; the message says why.
        OutputError: If a run is at work in the folder.
    """
    number = OrderNumber.parse(text)
    with _held(root) as (storage, corrections):
        _carry_out(storage, corrections)
        result, _ = _result(root, key)
        others = [trial for trial in corrections.trials() if trial.correction.given.key != key]
        correction = correct(result, number, _taken(root) | {trial.correction.number.key for trial in others})
        trial = corrections.begin(correction, result.folder if result else "")
        folders = TrialFolders(root)
        folders.sweep(_ids(corrections))
        corrected = with_correction(corrections.kept(), correction)
    return TrialRun(folder=folders.of(trial.id), number=number, corrected=corrected)


def trials(root: Path) -> list[Tried]:
    """Return what is tried in an output folder. Blocking.

    Raises:
        InputError: If it has no journal.
        OutputError: If one cannot be read.
    """
    with opened(root), Corrections(root / FILE_NAME) as corrections:
        return [Tried(trial=trial, result=_result_of(root, trial)[0]) for trial in corrections.trials()]


def keep(root: Path, trial_id: int, now: datetime) -> FilledIn:
    """Keep a number that was tried: its result and its files take the place of the other's, also in the spreadsheet.

    A second call does what a kill has kept the first one from. Blocking.

    Args:
        root: The output folder.
        trial_id: The trial.
        now: When that is.

    Raises:
        InputError: If it was not tried to its end, or was decided already, or the spreadsheet is gone.
        OutputError: If a run is at work in the folder.
        StorageError: If the disk takes no more; what was decided stays so.
    """
    source = earlier_run(root).input
    if not source.is_file():
        raise InputError(f"{root}: its spreadsheet is not where it was ({source}): put it back")
    with _held(root) as (storage, corrections):
        trial = _find(corrections, trial_id)
        if not trial.is_kept:
            result, processed_at = _result_of(root, trial)
            if result is None:
                raise InputError(f"{trial.correction.number.shown}: was not tried to its end: try it again")
            present, _ = _result(root, trial.correction.given.key)
            correct(present, trial.correction.number, _taken(root))  # another run may have come between
            corrections.keep(trial, result, processed_at)
        _carry_out(storage, corrections)
        return _write(root, corrections, now)


def discard(root: Path, trial_id: int) -> None:
    """Give up a number that was tried: nothing of it is left. Blocking.

    Raises:
        InputError: If it was decided already.
        OutputError: If a run is at work in the folder.
        StorageError: If the disk does not let go of it; the next run removes what is left.
    """
    with _held(root) as (storage, corrections):
        trial = _find(corrections, trial_id)
        if trial.is_kept:
            raise InputError(f"{trial.correction.number.shown}: is kept already")
        corrections.end(trial)
        _carry_out(storage, corrections)


def carry_out(root: Path, now: datetime) -> None:
    """Carry out what was decided before a kill, unless a run is at work, which does it at its beginning. Blocking.

    Raises:
        CoupaError: As :func:`keep`.
    """
    with opened(root), Corrections(root / FILE_NAME) as corrections:
        is_done = not _kept(corrections) and TrialFolders(root).are_swept(_ids(corrections))
    if is_done or is_at_work(root):
        return
    with _held(root) as (storage, corrections):
        _carry_out(storage, corrections)
        if _kept(corrections) and earlier_run(root).input.is_file():
            _write(root, corrections, now)


def carry_out_in_run(storage: Storage) -> None:
    """Bring the folders of an output folder that a run holds to what was decided of its corrections. Blocking.

    The spreadsheet is that run's to write.

    Raises:
        StorageError: If the disk takes no more.
    """
    with Corrections(storage.root / FILE_NAME) as corrections:
        _carry_out(storage, corrections)
        for trial in _kept(corrections):
            corrections.end(trial)
        TrialFolders(storage.root).sweep(_ids(corrections))


def _carry_out(storage: Storage, corrections: Corrections) -> None:
    """Move the files of the numbers that are kept to their places, and remove what is left of those that are not."""
    folders = TrialFolders(storage.root)
    for trial in _kept(corrections):
        result, _ = _result(storage.root, trial.correction.number.key)
        if result is not None and result.folder:
            storage.take_in(folders.of(trial.id), result.folder)
        if trial.folder:
            storage.drop_empty(trial.folder)
    folders.sweep(_ids(corrections))


def _write(root: Path, corrections: Corrections, now: datetime) -> FilledIn:
    """Write what others read of the journal, and forget the trials whose decision is carried out by that."""
    kept = _kept(corrections)
    filled_in = fill_in_again(root, now)
    language = str(earlier_run(root).settings.get("language") or "en")
    with opened(root) as (journal, history):
        write_report(root, journal, history, now, language=language, defaults=shown_defaults())
        write_manifest(root, journal, now)
        for trial in kept:
            journal.filed(trial.correction.number)
    for trial in kept:
        corrections.end(trial)
    TrialFolders(root).sweep(_ids(corrections))
    return filled_in


def _kept(corrections: Corrections) -> Sequence[Trial]:
    return [trial for trial in corrections.trials() if trial.is_kept]


def _ids(corrections: Corrections) -> frozenset[int]:
    return frozenset(trial.id for trial in corrections.trials())


@contextmanager
def _held(root: Path) -> Iterator[tuple[Storage, Corrections]]:
    storage = Storage(root)
    with opened(root), storage.held(), Corrections(root / FILE_NAME) as corrections:
        yield storage, corrections


def _find(corrections: Corrections, trial_id: int) -> Trial:
    found = next((trial for trial in corrections.trials() if trial.id == trial_id), None)
    if found is None:
        raise InputError("this number has been decided on already: load the page again")
    return found


def _taken(root: Path) -> frozenset[str]:
    """Return the keys of the orders that the spreadsheet or the output folder has."""
    with opened(root) as (journal, history):
        return frozenset(history.asked().orders) | journal.settled()


def _result_of(root: Path, trial: Trial) -> tuple[OrderResult | None, datetime]:
    """Return what came of a trial, and when: of one that is kept, where it has been moved to."""
    key = trial.correction.number.key
    return _result(root if trial.is_kept else TrialFolders(root).of(trial.id), key)


def _result(root: Path, key: str) -> tuple[OrderResult | None, datetime]:
    if not (root / FILE_NAME).is_file():
        return None, datetime.min
    with Journal(root / FILE_NAME) as journal:
        found = journal.result(key)
    return found or (None, datetime.min)
