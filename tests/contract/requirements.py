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
