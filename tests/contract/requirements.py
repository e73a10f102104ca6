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


_NO_PROCESS = "no browser is behind these pages; tests/backends/test_direct.py has the one behind the lane"

DIFFERENCES: tuple[Difference, ...] = (
    Difference("double", "a_snapshot_has_picture_and_html", "a site in memory has no screen"),
    Difference(
        "double", "cookies_are_told_with_all_that_the_tenant_said_of_them", "its cookies are a name and a value each"
    ),
    Difference("direct", "a_killed_process_is_noticed_at_once_while_idle", _NO_PROCESS),
    Difference("direct", "a_browser_killed_in_the_middle_is_a_lost_session", _NO_PROCESS),
    Difference("direct", "a_driver_that_hangs_is_given_up_and_its_processes_end", _NO_PROCESS),
)

# The rows for which the direct lane opens its browser; all others it does without one.
BY_THE_BROWSER = frozenset(
    {
        "what_a_script_adds_later_is_waited_for",
        "waiting_for_a_page_to_be_complete_has_an_end",
        "a_form_is_filled_in_and_its_cookie_told",
        "a_state_survives_the_session_and_is_private",
        "a_state_has_the_form_that_every_backend_reads",
        "a_snapshot_has_picture_and_html",
        "html_is_printed_without_network",
    }
)
