"""Headers of people's own making: what they say counts, not how they spell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.data.labels import folded
from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.columns.column_choice import find_header, link_columns, named_folder_columns
from coupa_async.services.spreadsheet.columns.headers import GROUPS, LINKS, WEAK_ORDER_NUMBERS, meanings, order_numbers
from coupa_async.services.spreadsheet.table import Header, Row


@pytest.mark.parametrize(
    "header",
    [
        *("Nº PO", "Nº OC", "Pedidos", "Nro. do Pedido", "Código do Pedido", "Pedido Coupa", "N.º da Ordem de Compra"),
        *("NUMERO PEDIDO", "Número da PO", "nr pedido", "Cod. Pedido", "Núm. Pedido Compra", "PO (Coupa)", "OC Coupa"),
        *("Ordens de Compra", "Pedidos de compra", "N° de pedido", "nº_oc", "Número do Pedido de Compra Coupa"),
        *("Purch.Doc.", "Bestell-Nr.", "Nº de commande", "Órdenes de Compra"),
    ],
)
def test_a_header_that_says_order_number_is_one(header: str) -> None:
    found = find_header([Row(1, ("Fornecedor", header, "Valor"))], None)
    assert found is not None
    assert found.order_column == 1


@pytest.mark.parametrize(
    "header", ["Fornecedor", "Código", "Número", "Nº da Nota", "Data do Pedido", "Valor do Pedido"]
)
def test_a_header_that_says_something_else_is_none(header: str) -> None:
    assert find_header([Row(1, (header, "Valor"))], None) is None


def test_no_header_means_two_things() -> None:
    kinds = [order_numbers(), meanings(GROUPS), meanings(LINKS)]
    assert not any(one & other for at, one in enumerate(kinds) for other in kinds[at + 1 :])
    assert not meanings(WEAK_ORDER_NUMBERS) & order_numbers()
    assert "" not in order_numbers()


@pytest.mark.parametrize("wanted", ["REGIAO", "Região", "regiao ", "Re-gi-ão"])
def test_columns_of_folders_are_found_whatever_their_accents(wanted: str) -> None:
    header = Header(row=1, names=("PO", "Região", "", "Comprador"), order_column=0)
    assert named_folder_columns(header, [wanted, "{SUPPLIER}"], Path("in.xlsx")) == (1, None)


def test_a_column_that_is_spelt_so_goes_before_one_that_only_says_the_same() -> None:
    header = Header(row=1, names=("PO", "Região", "Regiao", "Cidade-UF"), order_column=0)
    assert named_folder_columns(header, ["regiao", "Região", "cidade uf"], Path("in.xlsx")) == (2, 1, 3)
    for none in ("---", "Regia"):
        with pytest.raises(WorklistError, match="Cidade-UF"):
            named_folder_columns(header, [none], Path("in.xlsx"))


def test_links_are_found_in_portuguese_too() -> None:
    names = ("Pedido", "Link do pedido")
    assert link_columns(Header(row=1, names=names, order_column=0), None, Path("in.xlsx")) == (1,)
    assert folded("Link do pedido") in meanings(LINKS)
