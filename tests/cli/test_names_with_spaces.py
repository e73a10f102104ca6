"""What a shell makes of names with spaces, and lists of orders as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.selection import split_orders
from tests.cli.test_bad_input import coupa


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (["run", "Pedidos", "Ana", "2026.xlsx"], 'run "Pedidos Ana 2026.xlsx"'),
        (
            ["run", "--workers", "2", "Pedidos", "Ana", "2026.xlsx", "--limit", "3"],
            'run --workers 2 "Pedidos Ana 2026.xlsx" --limit 3',
        ),
        (["run", "orders.xlsx", "-o", "my", "out"], 'run orders.xlsx -o "my out"'),
        (["run", "orders.xlsx", "--only", "PO1", "PO2", "--fresh"], 'run orders.xlsx --only "PO1 PO2" --fresh'),
        (["status", "my", "out"], 'status "my out"'),
        (["retry", "my", "out"], 'retry "my out"'),
    ],
)
def test_a_name_with_spaces_is_told_with_how_to_write_it(tmp_path: Path, words: list[str], cure: str) -> None:
    done = coupa(tmp_path, *words)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert cure in done.stderr


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("PO1,PO2", ("PO1", "PO2")),
        ("PO1 PO2", ("PO1", "PO2")),
        ("PO1; PO2\nPO3", ("PO1", "PO2", "PO3")),
        ("15262984 15262985", ("15262984", "15262985")),
        ("PO 15262984, 5", ("PO 15262984", "5")),
        ("PO 15262984 PO 15262985", ("PO 15262984", "PO 15262985")),
        ("15262984 A, no digit; ,", ("15262984", "A", "no", "digit")),
        ("please 15262984 and PO 15262985", ("please", "15262984", "and", "PO 15262985")),
    ],
)
def test_orders_are_taken_with_commas_semicolons_and_spaces(text: str, orders: tuple[str, ...]) -> None:
    assert split_orders(text) == orders
