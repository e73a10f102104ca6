"""Which data of an order can be asked for, and where it goes: known fields, and any label of the tenant's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from coupa_async.domain.data.labels import column_name, folded
from coupa_async.domain.data.record import OrderData

PREFIX = "COUPA_"


class Kind(Enum):
    """How a field's text is read."""

    TEXT = auto()
    NUMBER = auto()
    AMOUNT = auto()
    DATE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataField:
    """One piece of an order's data.

    Attributes:
        name: What a person asks for.
        kind: How its text is read. Codes are texts, so that they keep their zeros.
        labels: Labels under which pages have it, folded; none if it is found by its id.
    """

    name: str
    kind: Kind = Kind.TEXT
    labels: frozenset[str] = frozenset()

    @property
    def column(self) -> str:
        """The header of its column."""
        return PREFIX + column_name(self.name)

    def text(self, data: OrderData) -> str:
        """Return its text as the page prints it; empty if the page has none."""
        return data.labelled(self.labels) if self.labels else data.field(self.name)


def _labels(*names: str) -> frozenset[str]:
    return frozenset(map(folded, names))


_BASIC = (
    DataField(name="status"),
    DataField(name="order date", kind=Kind.DATE),
    DataField(name="requisition"),
    DataField(
        name="requester",
        labels=_labels(
            *("Requester", "Requested By", "Requestor", "Solicitante", "Requisitante", "Solicitado por", "Demandeur"),
            *("Anforderer", "Anforderungssteller", "Besteller", "Richiedente", "Aanvrager", "Beställare", "Rekvirent"),
        ),
    ),
    DataField(name="department"),
    DataField(name="total", kind=Kind.AMOUNT),
    DataField(name="currency"),
    DataField(name="payment term"),
    DataField(name="company code"),
    DataField(name="supplier number"),
)
KNOWN = (
    *_BASIC,
    DataField(name="revision date", kind=Kind.DATE),
    DataField(name="hide price"),
    DataField(name="supplier VAT id"),
    DataField(name="ship-to address"),
    DataField(
        name="ship-to user",
        labels=_labels(
            *("Ship To User", "Ship-To User", "Deliver To", "Usuário de entrega", "Usuário de envio", "Entregar a"),
            *("Usuario de envío", "Utilisateur de livraison", "Empfänger", "Lieferempfänger", "Leveransmottagare"),
        ),
    ),
    DataField(name="legal entity"),
)
_GROUPS = {"basic": _BASIC, "all": KNOWN}


def chosen_fields(names: Iterable[str]) -> tuple[DataField, ...]:
    """Choose the fields that were asked for, each once, in the order asked.

    Args:
        names: ``basic``, ``all``, names of known fields or of their columns, or labels of the tenant's own; case,
            accents and punctuation do not count.
    """
    known = {folded(name): field for field in KNOWN for name in (field.name, field.column)}
    fields: dict[str, DataField] = {}
    for name in names:
        key = folded(name)
        if not key:
            continue
        own = DataField(name=" ".join(name.split()), labels=frozenset({key}))
        for field in _GROUPS.get(key, (known.get(key, own),)):
            fields.setdefault(field.column, field)
    return tuple(fields.values())


def unseen_labels(fields: Sequence[DataField], labels: Iterable[str]) -> tuple[str, ...]:
    """Return the tenant's own labels that were asked for and that no page has.

    Args:
        fields: What was asked for.
        labels: All that the pages have.
    """
    seen = set(map(folded, labels))
    return tuple(field.name for field in fields if field not in KNOWN and seen.isdisjoint(field.labels))
