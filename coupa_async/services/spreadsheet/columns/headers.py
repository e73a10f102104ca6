"""Headers that mean something to the program, in its users' languages. Pure data: ``docs/reference/columns.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from coupa_async.domain.data.labels import folded

ORDER_COLUMN = "PO_NUMBER"

# By language. Case, accents, spaces and punctuation do not count.
ORDER_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "English": (
        *("PO", "POs", "PO Number", "PO Numbers", "PO No", "PO Num", "PO Nbr", "PO #", "Order", "Order Number"),
        *("Order No", "Purchase Order", "Purchase Orders", "Purchase Order Number", "Purchase Order No"),
        *("Coupa PO", "Coupa PO Number", "PO Coupa", "Order Header Number"),
        *("Purchasing Document", "Purch.Doc.", "Purchasing Doc."),
    ),
    "Portuguese": (
        *("Pedido", "Pedidos", "Pedido de Compra", "Pedidos de Compra", "Ordem de Compra", "Ordens de Compra"),
        *("Documento de compras", "Documento de compra"),
    ),
    "Spanish": (
        *("Orden", "Orden de compra", "Órdenes de compra", "Número de orden", "Número de orden de compra"),
        *("Nº de orden", "N° de orden", "Pedido", "Número de pedido"),
    ),
    "German": ("Bestellung", "Bestellnummer", "Bestell-Nr.", "Bestellnr.", "PO-Nr.", "Einkaufsbeleg"),
    "French": ("Bon de commande", "Numéro de commande", "N° de commande", "Nº de commande"),
    "Italian": ("Numero ordine", "Ordine di acquisto"),
}
# In Portuguese a number is written in many ways before one thing: Nº do Pedido, Nro. PO, Cód. da Ordem de Compra Coupa.
NUMBER_WORDS = ("Nº", "N°", "Nr.", "Nro.", "Num.", "Número", "Código", "Cód.")
OF = ("", "do", "da", "de")
ORDERS = ("PO", "OC", "Pedido", "Pedido de Compra", "Pedido Compra", "Ordem de Compra", "Ordem Compra")
# These hold the orders where no column is headed better: an id need not be a number.
WEAK_ORDER_NUMBERS = ("PO ID", "Order ID", "Purchase Order ID", "Order Header ID", "ID do Pedido", "OC", "Orders")

# Columns that may lead to an order's page: by its link, or by its id in Coupa, which need not be its number.
LINKS = (
    *("COUPA_URL", "PO URL", "Order URL", "URL", "Link", "PO Link", "Order Link", "Coupa Link", "Link do Pedido"),
    *("Link da PO", "Link Coupa", "Coupa ID", "Coupa Order ID", "Order Header ID", "PO Header ID", "ID Coupa"),
)
# Columns that tell whose an order is: access to orders is granted by them.
GROUPS = (
    *("Company Code", "Company", "Co Code", "Entity", "Legal Entity", "Business Unit", "Chart of Accounts"),
    *("Empresa", "Código da Empresa", "Cód. da Empresa", "Cód. Empresa", "Entidade", "Sociedad", "Société"),
    *("Buchungskreis",),
)


def meanings(headers: Iterable[str]) -> frozenset[str]:
    """Reduce headers to what they say."""
    return frozenset(map(folded, headers))


def order_numbers() -> frozenset[str]:
    """Return every header of a column of order numbers, reduced to what it says."""
    plain = [header for headers in ORDER_NUMBERS.values() for header in headers]
    numbered = [f"{word} {of} {thing}" for word, of, thing in product(NUMBER_WORDS, OF, ORDERS)]
    # What is weak alone, as OC is, says with "Coupa" behind it that it is an order's.
    of_coupa = [f"{header} Coupa" for header in (*plain, *numbered, *ORDERS)]
    return meanings([*plain, *numbered, *of_coupa])
