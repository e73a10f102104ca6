"""Orders in a row that look alike."""

from __future__ import annotations

from coupa_async.domain.policies.sameness import MANY, Streaks, Trait, warning


def test_so_many_in_a_row_are_told_once() -> None:
    streaks = Streaks()
    told = [streaks.note({Trait.NO_ATTACHMENTS}) for _ in range(3 * MANY)]
    assert [n for n, traits in enumerate(told, 1) if traits] == [MANY]
    assert told[MANY - 1] == [Trait.NO_ATTACHMENTS]


def test_one_order_that_has_it_begins_the_count_anew() -> None:
    streaks = Streaks()
    for n in range(1, 4 * MANY):
        assert not streaks.note(set() if n % MANY == 0 else {Trait.NO_SUPPLIER})


def test_a_not_found_says_nothing_of_what_a_page_would_hold() -> None:
    streaks = Streaks()
    told = [streaks.note({trait}) for _ in range(MANY) for trait in (Trait.NO_ATTACHMENTS, Trait.NOT_FOUND)]
    assert [traits for traits in told if traits] == [[Trait.NO_ATTACHMENTS]]


def test_pages_that_name_no_number_are_told_sooner() -> None:
    streaks = Streaks()
    assert [bool(streaks.note({Trait.NO_NUMBER})) for _ in range(6)] == [False] * 4 + [True, False]


def test_the_warning_names_what_to_check_the_page_kept_and_the_next_step() -> None:
    text = warning(Trait.NOT_FOUND, "PO5", "snapshots/PO5_PO_NOT_FOUND.html")
    assert "20 orders in a row were not found" in text
    assert "snapshots/PO5_PO_NOT_FOUND.html" in text
    assert "coupa-async record PO5" in text


def test_a_page_that_could_not_be_kept_is_not_named() -> None:
    text = warning(Trait.NO_SUPPLIER, "PO5", "")
    assert text.startswith(f"{MANY} orders in a row name no supplier: if that surprises you, ")
    assert "another make. To have the pages looked at" in text
