"""What the backends do not do alike, as data with its reason. A difference that no longer holds fails its test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a backend does not do.

    Attributes:
        backend: Which.
        row: The contract's row: the name of the test without ``test_``.
        reason: Why.
    """

    backend: str
    row: str
    reason: str


DIFFERENCES: tuple[Difference, ...] = (
    Difference("double", "a_snapshot_has_picture_and_html", "a site in memory has no screen"),
    Difference(
        "double", "cookies_are_told_with_all_that_the_tenant_said_of_them", "its cookies are a name and a value each"
    ),
)

_BEHIND = "that is its browser's business; tests/backends/direct/test_session.py has the two together"
# Rows that say nothing of a backend, and are not run for it.
VOID: tuple[Difference, ...] = tuple(
    Difference("direct", row, _BEHIND)
    for row in (
        "a_killed_process_is_noticed_at_once_while_idle",
        "a_browser_killed_in_the_middle_is_a_lost_session",
        "a_driver_that_hangs_is_given_up_and_its_processes_end",
        "a_browser_that_does_not_answer_costs_its_session",
        "a_browser_that_does_not_start_is_told_and_leaves_nothing",
        "a_renderer_that_crashes_costs_a_session_at_most",
        "a_page_whose_script_never_ends_is_given_up",
        "a_page_that_closes_its_own_tab_costs_a_session_at_most",
        "a_page_that_asks_before_it_is_left_is_left",
        "a_form_whose_answer_the_network_does_not_carry_is_no_refusal",
        "a_dialog_is_dismissed",
        "what_we_start_is_told_no_password_answers_nobody_else_and_finds_no_old_download",
    )
)

# The rows for which the direct lane opens its browser; all others it does without one.
BY_THE_BROWSER = frozenset(
    {
        "what_a_script_adds_later_is_waited_for",
        "waiting_for_a_page_to_be_complete_has_an_end",
        "a_page_that_is_too_large_is_refused_and_no_more_of_it_comes",
        "a_form_is_filled_in_and_its_cookie_told",
        "a_state_survives_the_session_and_is_private",
        "a_state_has_the_form_that_every_backend_reads",
        "a_snapshot_has_picture_and_html",
        "html_is_printed_without_network",
        "the_parts_of_a_page_are_turned_to_by_its_own_controls",
        "turning_a_page_that_has_no_more_parts_has_an_end",
        "a_page_is_printed_on_the_paper_that_is_asked_for",
        "a_cancelled_step_leaves_nothing_behind",
        "forms_that_send_themselves_on_the_way_to_a_page_are_told",
        "a_page_that_sends_the_browser_on_is_told",
        "what_a_frame_on_a_page_is_answered_says_nothing_of_the_page",
        "a_state_of_one_backend_serves_every_other",
    }
)


@dataclass(frozen=True, slots=True)
class ApiDifference:
    """Something in which the lane ``api`` leaves another result than the lanes that read pages.

    Attributes:
        order: Which order of the recorded catalogue.
        column: Of the workbook; empty for its files.
        reason: Why.
    """

    order: str
    column: str
    reason: str


_LABEL = "the API tells no label of a URL attachment, so that its address is its name"
_ADDRESS = "the message names the address that was asked, which is another one"
API_DIFFERENCES: tuple[ApiDifference, ...] = (
    ApiDifference("PO15262988", "", _LABEL),
    ApiDifference("PO15262988", "AttachmentName", _LABEL),
    ApiDifference("PO15263006", "ERROR_MESSAGE", _ADDRESS),
    ApiDifference("PO15263007", "ERROR_MESSAGE", _ADDRESS),
)


_WORD = "the API has a code where a page prints a word"
_UNTOLD = "the API is not asked for it: which field holds it is not known"
API_DATA_DIFFERENCES: dict[str, str] = {
    "COUPA_STATUS": _WORD,
    "COUPA_TOTAL": "the exact sum of the lines, where the recorded pages print an amount of their own",
    "COUPA_SUPPLIER_NUMBER": "the recorded pages print it for some suppliers only",
    "COUPA_REQUESTER": _UNTOLD,
    "COUPA_COMPANY_CODE": _UNTOLD,
    "COUPA_REVISION_DATE": _UNTOLD,
    "COUPA_HIDE_PRICE": _UNTOLD,
    "COUPA_SUPPLIER_VAT_ID": _UNTOLD,
    "COUPA_SHIP_TO_ADDRESS": _UNTOLD,
    "COUPA_LEGAL_ENTITY": "the API tells it of lines, where these are asked for",
}
API_LINE_DIFFERENCES: dict[str, str] = {"STATUS": _WORD}
# Its page is of an older make, and prints no data and no lines.
BARE_PAGE = "15262987"
