"""Compares one order of a trial with journal, disk and expected result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from coupa_async.domain.outcome import OrderResult, Outcome

# Where the truth is not known, these at least explain themselves.
_SETTLED = (Outcome.COMPLETED, Outcome.NO_ATTACHMENTS, Outcome.PO_NOT_FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedOrder:
    """The expected result of an order.

    Attributes:
        found: Attachments that its pages name.
        files: Name and SHA-256 of each file that can be downloaded; either is empty if unknown.
    """

    outcome: Outcome
    found: int
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAudit:
    """The audit of one order in one trial.

    Attributes:
        number: The order's, as shown.
        outcome: ``PENDING`` if the trial ended without one.
        files: Name and SHA-256 of each file kept, by name.
        error: What ERROR_MESSAGE would say.
        wrong: Where it differs from the expected result; empty if nowhere, or if that is unknown.
        damage: Files lost, partial or not accounted for, a sentence each.
        seconds: From its first attempt to its outcome; 0 without one.
        is_known: Whether the expected result is known.
    """

    number: str
    outcome: Outcome
    files: tuple[tuple[str, str], ...] = ()
    error: str = ""
    wrong: str = ""
    damage: tuple[str, ...] = ()
    seconds: float = 0.0
    is_known: bool = False

    @property
    def kind(self) -> str:
        """The kind of its failure; empty if the order is right."""
        if self.outcome is Outcome.PENDING:
            return "never finished"
        if self.wrong:
            return self.wrong
        if self.damage:
            return "file lost or partial"
        return "" if self.is_known or self.outcome in _SETTLED else self.outcome.value

    @property
    def is_breach(self) -> bool:
        """Whether no arm may do this. If the expected result is unknown, FAILED may be the tenant's fault."""
        return bool(self.wrong or self.damage) or self.outcome is Outcome.PENDING

    @property
    def essence(self) -> tuple[object, ...]:
        """What must be equal for two arms to agree. The wording of errors may differ."""
        return self.outcome, self.files, self.damage


def audit_order(
    number: str, result: OrderResult | None, on_disk: Mapping[str, str], expected: ExpectedOrder | None
) -> OrderAudit:
    """Compare the recorded result of an order with the disk and with the expected result.

    Args:
        number: The order's, as shown.
        result: What the journal has; ``None`` if nothing.
        on_disk: The SHA-256 of each file in the order's folders, by name.
        expected: ``None`` if unknown.
    """
    is_known = expected is not None
    if result is None:
        return OrderAudit(
            number=number, outcome=Outcome.PENDING, wrong="never finished" if is_known else "", is_known=is_known
        )
    recorded = {item.name: item.sha256 for item in result.saved}
    damage = [f"{name}: not on the disk" for name in recorded if name not in on_disk]
    damage += [
        f"{name}: other bytes than recorded" for name in recorded if on_disk.get(name, recorded[name]) != recorded[name]
    ]
    damage += [f"{name}: not recorded" for name in on_disk if name not in recorded]
    wrong = ""
    if expected is not None:
        wrong = _wrong(result, expected)
        if not wrong:
            had, wanted = Counter(recorded.values()), Counter(digest for _, digest in expected.files if digest)
            damage += [f"{_named(digest, expected)}: not its true bytes" for digest in wanted - had]
            damage += [
                f"{name}: not there under this name" for name, _ in expected.files if name and name not in recorded
            ]
    return OrderAudit(
        number=number,
        outcome=result.outcome,
        files=tuple(sorted(recorded.items())),
        error=result.error,
        wrong=wrong,
        damage=tuple(damage),
        seconds=result.seconds,
        is_known=is_known,
    )


def in_words(audit: OrderAudit) -> str:
    """Describe an audit in one line."""
    count = len(audit.files)
    parts = [f"{audit.outcome.value}, {count} file{'s' * (count != 1)}"]
    parts += [text for text in (audit.error, *audit.damage) if text]
    return ": ".join([parts[0], "; ".join(parts[1:])]) if parts[1:] else parts[0]


def _wrong(result: OrderResult, expected: ExpectedOrder) -> str:
    if result.outcome is not expected.outcome:
        return f"{result.outcome.value}, not {expected.outcome.value}"
    if len(result.saved) != len(expected.files):
        return f"{len(result.saved)} files, not {len(expected.files)}"
    # A page that never came leaves nothing to count.
    if expected.found and result.found != expected.found:
        return f"{result.found} attachments found, not {expected.found}"
    return ""


def _named(digest: str, expected: ExpectedOrder) -> str:
    return next((name for name, item in expected.files if item == digest and name), f"file {digest[:8]}")
