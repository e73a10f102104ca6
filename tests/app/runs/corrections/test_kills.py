"""A decision on a corrected number killed before and after each of its steps: nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from coupa_async.app.runs import correct_number
from coupa_async.app.runs.correct_number import carry_out, carry_out_in_run, discard, keep, trials
from coupa_async.app.runs.fill_in import fill_in_again
from coupa_async.services.collection.saving.recorder import file_unfiled
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.corrections import Corrections
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.manifest import write_manifest
from coupa_async.services.reports.run_report import write_report
from tests.app.runs.corrections.checks import is_kept, remarks, tried
from tests.services.records.test_journal import AT


class KilledError(BaseException):
    pass


STEPS = [
    (Corrections, "keep"),
    (Storage, "take_in"),
    (Storage, "drop_empty"),
    (correct_number, "fill_in_again"),
    (correct_number, "write_report"),
    (correct_number, "write_manifest"),
    (Corrections, "end"),
    (shutil, "rmtree"),
]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("cure", ["again", "shown", "run"])
def test_a_kill_at_any_step_of_keeping_loses_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, is_after: bool, cure: str
) -> None:
    trial = tried(root)
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, killing(getattr(owner, step), is_after=is_after))
        if step == "drop_empty":
            with Corrections(root / FILE_NAME) as corrections:
                corrections._db.execute("UPDATE trials SET folder = 'ACME/PO2_FAILED'")
            (root / "ACME" / "PO2_FAILED").mkdir()
        with pytest.raises(KilledError):
            keep(root, trial, AT)
    if step == "keep" and not is_after:
        assert remarks(root) == {"PO1": "", "PO2": "none such"}
        keep(root, trial, AT)
    elif cure == "again" and trials(root):
        keep(root, trial, AT)
    elif cure == "run":
        storage = Storage(root)
        with storage.held(), Journal(root / FILE_NAME) as journal:
            carry_out_in_run(storage)
            file_unfiled(journal, storage)
        fill_in_again(root, AT)  # as the run does at its end
        with Journal(root / FILE_NAME) as journal, History(root / FILE_NAME) as history:
            write_report(root, journal, history, AT)
            write_manifest(root, journal, AT)
    else:
        carry_out(root, AT)
    assert not (root / "ACME" / "PO2_FAILED").exists()
    is_kept(root)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "step"), [(Corrections, "end"), (shutil, "rmtree")], ids=["end", "rmtree"])
def test_a_kill_at_any_step_of_discarding_leaves_it_open_or_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, is_after: bool
) -> None:
    names = set(root.rglob("*"))
    trial = tried(root)
    with monkeypatch.context() as patched:
        patched.setattr(owner, step, killing(getattr(owner, step), is_after=is_after))
        with pytest.raises(KilledError):
            discard(root, trial)
    if trials(root):
        discard(root, trial)
    carry_out(root, AT)
    assert {path.name for path in set(root.rglob("*")) - names} <= {
        ".coupa-async.lock", "orders.csv", "report.html", "manifest.csv"
    }  # fmt: skip
    assert remarks(root) == {"PO1": "", "PO2": "none such"}


def killing(call: Callable[..., object], *, is_after: bool) -> Callable[..., object]:
    def killed(*words: object, **more: object) -> object:
        if is_after:
            call(*words, **more)
        raise KilledError

    return killed
