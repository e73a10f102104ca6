"""Stories against journal, disk and truth; trials pooled and set side by side."""

from __future__ import annotations

from typing import Any

import pytest

from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome, SavedAttachment
from coupa_async.evaluation.order_audit import ExpectedOrder, OrderAudit, audit_order, in_words
from coupa_async.evaluation.trials import Arm, Trial, contrasts, disagreements, measures

TRUTH = ExpectedOrder(outcome=Outcome.COMPLETED, found=2, files=(("a.pdf", "aa"), ("", "bb")))
A, B = Arm("playwright"), Arm("selenium")


def result(*saved: tuple[str, str], outcome: Outcome = Outcome.COMPLETED, found: int = 2) -> OrderResult:
    files = tuple(
        SavedAttachment(
            id=name,
            kind=AttachmentKind.FILE,
            source=AttachmentSource.ORDER,
            name=name,
            size_bytes=1,
            sha256=digest,
            seconds=0.1,
        )
        for name, digest in saved
    )
    return OrderResult(number=OrderNumber.parse("PO1"), outcome=outcome, url="", found=found, saved=files, seconds=2.0)


def test_an_order_as_the_truth_has_it_is_right() -> None:
    files = {"a.pdf": "aa", "b.pdf": "bb"}
    item = audit_order("PO1", result(*files.items()), files, TRUTH)
    assert (item.kind, item.is_breach, item.wrong, item.damage) == ("", False, "", ())
    assert (item.files, item.seconds) == ((("a.pdf", "aa"), ("b.pdf", "bb")), 2.0)


@pytest.mark.parametrize(
    ("saved", "on_disk", "damage"),
    [
        ({"a.pdf": "aa", "b.pdf": "bb"}, {"a.pdf": "aa"}, "b.pdf: not on the disk"),
        ({"a.pdf": "aa", "b.pdf": "bb"}, {"a.pdf": "aa", "b.pdf": "b"}, "b.pdf: other bytes than recorded"),
        ({"a.pdf": "aa", "b.pdf": "bb"}, {"a.pdf": "aa", "b.pdf": "bb", "7.part": ""}, "7.part: not recorded"),
        ({"a.pdf": "a", "b.pdf": "bb"}, {"a.pdf": "a", "b.pdf": "bb"}, "a.pdf: not its true bytes"),
        ({"c.pdf": "aa", "b.pdf": "bb"}, {"c.pdf": "aa", "b.pdf": "bb"}, "a.pdf: not there under this name"),
    ],
)
def test_a_file_lost_cut_or_unaccounted_for_is_named(
    saved: dict[str, str], on_disk: dict[str, str], damage: str
) -> None:
    item = audit_order("PO1", result(*saved.items()), on_disk, TRUTH)
    assert item.damage == (damage,)
    assert (item.kind, item.is_breach) == ("file lost or partial", True)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (result(outcome=Outcome.FAILED), "FAILED, not COMPLETED"),
        (result(("a.pdf", "aa")), "1 files, not 2"),
        (result(("a.pdf", "aa"), ("b.pdf", "bb"), found=3), "3 attachments found, not 2"),
    ],
)
def test_what_differs_from_the_truth_is_wrong(told: OrderResult, wrong: str) -> None:
    item = audit_order("PO1", told, {file.name: file.sha256 for file in told.saved}, TRUTH)
    assert (item.wrong, item.kind, item.is_breach) == (wrong, wrong, True)


def test_an_order_never_finished_is_a_breach_also_where_the_truth_is_not_known() -> None:
    for expected in (TRUTH, None):
        item = audit_order("PO1", None, {}, expected)
        assert (item.outcome, item.kind, item.is_breach) == (Outcome.PENDING, "never finished", True)


def test_without_the_truth_a_failure_is_counted_and_no_breach() -> None:
    failed = audit_order("PO1", result(outcome=Outcome.FAILED), {}, None)
    assert (failed.kind, failed.is_breach) == ("FAILED", False)
    assert audit_order("PO1", result(outcome=Outcome.PO_NOT_FOUND), {}, None).kind == ""


def told(number: str = "PO1", outcome: Outcome = Outcome.COMPLETED, **more: Any) -> OrderAudit:
    return OrderAudit(number=number, outcome=outcome, is_known=True, **more)


FAILED = told(outcome=Outcome.FAILED, wrong="FAILED, not COMPLETED", error="gone")


def test_trials_are_pooled_by_arm_and_fault_and_over_all_faults() -> None:
    trials = [
        Trial(arm=A, fault="", repeat=1, audits=(told(seconds=1.0), told("PO2", seconds=3.0)), cpu_s=4.0, peak_bytes=9),
        Trial(arm=A, fault="cut", repeat=1, audits=(told(), FAILED), restarts=2, recoveries_s=(1.5,), stranded=1),
        Trial(arm=B, fault="cut", repeat=1, audits=(told(), told("PO2")), leftovers=("chromium (pid 7)",)),
    ]
    by = {(measure.arm, measure.fault): measure for measure in measures(trials)}
    assert list(by) == [(A, ""), (A, "cut"), (B, "cut"), (A, None), (B, None)]
    assert (by[A, ""].order_s.median, by[A, ""].cpu_per_order_s.median, by[A, ""].peak_bytes.median) == (2.0, 2.0, 9.0)
    cut = by[A, "cut"]
    assert (cut.wrong, cut.restarts, cut.stranded, cut.recovery_s.median) == (1, 2, 1, 1.5)
    assert cut.failures == (("FAILED, not COMPLETED", 1),)
    assert (by[A, None].success.hits, by[A, None].success.total) == (3, 4)
    assert by[B, None].leftovers == ("chromium (pid 7)",)
    assert [trial.holds for trial in trials] == [True, False, True]


def test_one_fault_alone_is_not_pooled_again() -> None:
    assert [measure.fault for measure in measures([Trial(arm=A, fault="", repeat=1, audits=(told(),))])] == [""]


def test_arms_are_contrasted_where_they_met_the_same_fault() -> None:
    good, bad = (told(),) * 40, (FAILED,) * 20 + (told(),) * 20
    trials = [
        Trial(arm=A, fault="", repeat=1, audits=good),
        Trial(arm=B, fault="", repeat=1, audits=good),
        Trial(arm=A, fault="cut", repeat=1, audits=good),
        Trial(arm=B, fault="cut", repeat=1, audits=bad),
    ]
    found = {contrast.fault: contrast for contrast in contrasts(measures(trials))}
    assert {fault: item.success.is_one for fault, item in found.items()} == {"": False, "cut": True, None: True}
    assert found["cut"].success.value == 0.5
    assert (found["cut"].first, found["cut"].second) == (A, B)


def test_a_disagreement_tells_every_side() -> None:
    trials = [
        Trial(arm=A, fault="", repeat=1, audits=(told(files=(("a", "aa"),)), told("PO2"))),
        Trial(arm=B, fault="", repeat=1, audits=(FAILED, told("PO2", error="worded otherwise"))),
        Trial(arm=A, fault="", repeat=2, audits=(told(files=(("a", "aa"),)), told("PO2"))),
        Trial(arm=B, fault="", repeat=2, audits=(told(files=(("a", "aa"),)), told("PO2"))),
    ]
    (item,) = disagreements(trials)
    assert (item.fault, item.number) == ("", "PO1")
    assert item.sides == (
        (A, (("COMPLETED, 1 file", 2),)),
        (B, (("FAILED, 0 files: gone", 1), ("COMPLETED, 1 file", 1))),
    )


def test_an_arm_that_wavers_alike_with_the_other_does_not_disagree_with_it() -> None:
    trials = [
        Trial(arm=arm, fault="", repeat=turn, audits=(FAILED if turn == 1 else told(),))
        for arm in (A, B)
        for turn in (1, 2)
    ]
    assert disagreements(trials) == []


def test_a_story_fits_a_line() -> None:
    assert in_words(told(files=(("a", "aa"),), error="slow", damage=("a: cut",))) == "COMPLETED, 1 file: slow; a: cut"
