"""Audits every order by journal and disk. The files are read again, byte by byte. Blocking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from coupa_async.domain.files.naming import outcome_folder, work_folder
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.evaluation.order_audit import ExpectedOrder, OrderAudit, audit_order
from coupa_async.services.files.storage import inspect
from coupa_async.services.records.journal import Journal


def audit(
    orders: Sequence[Order], journal: Journal, root: Path, expected: Mapping[str, ExpectedOrder]
) -> tuple[OrderAudit, ...]:
    """Audit each order.

    Args:
        orders: What was asked for.
        journal: What was recorded.
        root: The output folder.
        expected: By order key; without an entry the expected result is unknown.
    """
    results = {result.number.key: result for result, _ in journal.results()}
    folders: dict[str, list[Path]] = {}
    for path in root.rglob("*"):
        if path.is_dir():
            folders.setdefault(path.name, []).append(path)
    return tuple(
        audit_order(
            order.number.shown,
            results.get(order.number.key),
            _on_disk(order.number, folders),
            expected.get(order.number.key),
        )
        for order in orders
    )


def _on_disk(number: OrderNumber, folders: Mapping[str, Sequence[Path]]) -> dict[str, str]:
    """Hash all files in every folder with the order's number, whatever its outcome."""
    names = [work_folder(number), *(outcome_folder(number, outcome) for outcome in Outcome)]
    return {
        file.name: inspect(file).sha256
        for name in names
        for folder in folders.get(name, ())
        for file in sorted(folder.iterdir())
        if file.is_file()
    }


def read_expected_orders(raw: Sequence[Mapping[str, object]]) -> dict[str, ExpectedOrder]:
    """Read what ``python -m fixtures expected`` prints, by order key."""
    found = {}
    for item in raw:
        files = item["files"]
        assert isinstance(files, list)  # noqa: S101 - as the recorded site writes it
        found[OrderNumber.parse(item["number"]).key] = ExpectedOrder(
            outcome=Outcome(str(item["outcome"])),
            found=int(str(item["found"])),
            files=tuple((str(file["name"]), str(file["sha256"])) for file in files),
        )
    return found
