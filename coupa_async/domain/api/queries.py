"""Writes the API's addresses. ``fields`` is always sent: a whole order may have half a megabyte."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from coupa_async.domain.order import AttachmentSource, OrderNumber

API = "/api/"
TOKEN = "/oauth2/token"  # noqa: S105 - an address
DEVICE = "/oauth2/device_authorizations"
SCOPES = ("core.purchase_order.read", "core.requisition.read", "core.comment.read")
PAGE = 50  # records that an answer has at most
_ATTACHMENT = [
    "id",
    "type",
    "intent",
    "file_file_name",
    "file_content_type",
    "file_file_size",
    "file_url",
    "url",
    "text",
]
_KINDS = {AttachmentSource.ORDER: "purchase_orders", AttachmentSource.REQUISITION: "requisitions"}
_ATTACHMENTS = {"attachments": _ATTACHMENT}
_LINE = ["id", "line_num", "total", {"currency": ["code"]}, _ATTACHMENTS]
_ACCOUNT = {"account": ["code", *(f"segment_{n}" for n in range(1, 21)), {"account_type": ["name"]}]}
_WHOLE_LINE = [
    *(*_LINE, "description", "status", "quantity", "price", "received", "invoiced", "need_by_date"),
    *({"item": ["name"]}, {"commodity": ["name"]}, _ACCOUNT, {"account_allocations": [_ACCOUNT]}, "custom_fields"),
]
_ORDER = [
    *("id", "po_number", "status", "created_at", {"supplier": ["name", "number"]}, {"currency": ["code"]}),
    *({"requisition_header": ["id"]}, {"payment_term": ["code"]}, {"ship_to_user": ["id", "fullname"]}),
    *({"department": ["name"]}, _ATTACHMENTS),
]
_REQUISITION = ["id", _ATTACHMENTS, {"requisition_lines": ["id", "line_num", _ATTACHMENTS]}]


def number_forms(number: OrderNumber) -> tuple[str, ...]:
    """List the forms in which the API may know an order's number, the likeliest first, each once."""
    shown = number.shown
    bare = shown[2:] if shown[:2].upper() in ("PO", "PM") else shown
    return tuple(dict.fromkeys((shown, number.key, f"PO{number.key}", bare, shown.upper())))


def by_numbers(
    base_url: str, numbers: Sequence[str], *, is_bulk: bool, whole_lines: bool = False, only_ids: bool = False
) -> str:
    """Return the address that looks orders up by their numbers, or by one of them without the ``in`` operator.

    Args:
        base_url: The tenant's address.
        numbers: The numbers.
        is_bulk: Whether the operator is used.
        whole_lines: Whether lines are told with all that they say.
        only_ids: Whether nothing else than ids and numbers is wanted.
    """
    fields = ["id", "po_number"] if only_ids else _order(whole_lines=whole_lines)
    name, value = ("po_number[in]", ",".join(numbers)) if is_bulk else ("po_number", numbers[0])
    return _address(base_url, "purchase_orders", fields, **{name: value})


def any_order(base_url: str) -> str:
    """Return an address that whoever may read orders may ask."""
    return _address(base_url, "purchase_orders", ["id"], limit="1")


def any_requisition(base_url: str) -> str:
    """Return an address that whoever may read requisitions may ask."""
    return _address(base_url, "requisitions", ["id"], limit="1")


def any_comments(base_url: str, order_id: str) -> str:
    """Return an address that whoever may read comments may ask."""
    return _address(base_url, f"purchase_orders/{order_id}/comments", ["id"], limit="1")


def document(base_url: str, kind: AttachmentSource, document_id: str, *, whole_lines: bool = False) -> str:
    """Return the address of an order or a requisition."""
    fields = _order(whole_lines=whole_lines) if kind is AttachmentSource.ORDER else _REQUISITION
    return _address(base_url, f"{_KINDS[kind]}/{document_id}", fields)


def lines(
    base_url: str, kind: AttachmentSource, document_id: str, offset: int = 0, *, whole_lines: bool = False
) -> str:
    """Return the address of an order's lines, from ``offset`` on.

    Each says whose it is, so that nothing is taken where the tenant does not look for the order.
    """
    fields = [*(_WHOLE_LINE if whole_lines else _LINE), "order_header_id"]
    return _listed(base_url, "purchase_order_lines", fields, offset, order_header_id=document_id)


def comments(base_url: str, kind: AttachmentSource, document_id: str, offset: int = 0) -> str:
    """Return the address of its comments, from ``offset`` on."""
    return _listed(base_url, f"{_KINDS[kind]}/{document_id}/comments", ["id", _ATTACHMENTS], offset)


def attachments(base_url: str, kind: AttachmentSource, document_id: str, offset: int = 0) -> str:
    """Return the address of its attachments, from ``offset`` on."""
    return _listed(base_url, f"{_KINDS[kind]}/{document_id}/attachments", _ATTACHMENT, offset)


def content(base_url: str, kind: AttachmentSource, document_id: str, attachment_id: str) -> str:
    """Return the address of an attachment's bytes."""
    return f"{base_url}{API}{_KINDS[kind]}/{document_id}/attachments/{quote(attachment_id, safe='')}"


def is_api(url: str, base_url: str) -> bool:
    """Return whether an address is one of the tenant's API."""
    return url.startswith(f"{base_url}{API}")


def attachment_id_of(url: str) -> str:
    """Return the attachment's id in the address of its bytes."""
    return urlsplit(url).path.rpartition("/")[2]


def _order(*, whole_lines: bool) -> list[object]:
    return [*_ORDER, {"order_lines": _WHOLE_LINE if whole_lines else _LINE}]


def _listed(base_url: str, path: str, fields: Sequence[object], offset: int, **arguments: str) -> str:
    return _address(base_url, path, fields, **arguments, **({"offset": str(offset)} if offset else {}))


def _address(base_url: str, path: str, fields: Sequence[object], **arguments: str) -> str:
    given = arguments | {"fields": json.dumps(fields, separators=(",", ":"))}
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe=',')}" for name, value in given.items())
    return f"{base_url}{API}{path}?{query}"
