"""Makes an answer of a tenant's API safe to show: its shape stays, its content is replaced.

This is an allow-list, as for pages: names of documented fields, words of Coupa's own, and whether something is there
stay. All else is replaced, equal values by equal ones. ``leaks_of`` then looks for what was replaced in the result.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable

from coupa_async.domain.recording.scrub import FIRST_ID, ORIGIN, SUFFIXES

_FIELDS = frozenset(
    (
        *("id", "po_number", "status", "version", "created_at", "updated_at", "currency", "code", "name", "number"),
        *(
            "requisition_header",
            "supplier",
            "ship_to_address",
            "ship_to_user",
            "fullname",
            "location_code",
            "department",
        ),
        *(
            "payment_term",
            "attachments",
            "order_lines",
            "requisition_lines",
            "line_num",
            "description",
            "quantity",
            "price",
        ),
        *(
            "total",
            "received",
            "invoiced",
            "need_by_date",
            "account",
            "account_type",
            "account_allocations",
            "commodity",
        ),
        *(
            "item",
            "custom_fields",
            "type",
            "intent",
            "file_file_name",
            "file_content_type",
            "file_file_size",
            "file_url",
        ),
        *("url", "text", "order_header_id", "comments", "errors", "error", "error_description", "base", "display_name"),
        *(f"segment_{n}" for n in range(1, 21)),
    )
)
_WORDS = frozenset(("status", "type", "intent", "file_content_type", "error"))
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z_./+-]{0,40}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_PREFIXED = re.compile(r"(PO|PM|)([0-9]+)", re.IGNORECASE)
_DAY = "2025-01-02"
_SHORTEST_LEAK = 4


class ApiScrubber:
    """Replaces content consistently, and counts what it replaced."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._known: dict[tuple[str, str], str] = {}
        self._numbers: Counter[str] = Counter()
        self._kept: set[str] = set()

    def value(self, value: object, field: str = "") -> object:
        """Scrub what JSON holds.

        Args:
            value: As ``json.loads`` reads it.
            field: The name of the field that it is in.
        """
        if isinstance(value, dict):
            own = field == "custom_fields"
            return {self._name(name, is_own=own): self.value(item, _plain(name)) for name, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, field) for item in value]
        if isinstance(value, str):
            return self._text(value, field)
        if isinstance(value, bool) or value is None:
            return value
        return int(self._id(str(value))) if isinstance(value, int) and field.endswith("id") else 7

    def leaks_of(self, shown: str) -> list[str]:
        """Return the kinds of values that were replaced, and are in a text all the same."""
        words = set(re.findall(r"[^\W_]+(?:[ .@_-][^\W_]+)*", shown))
        return sorted(
            {
                kind
                for (kind, was), now in self._known.items()
                if len(was) >= _SHORTEST_LEAK and was != now and was in words and was not in self._kept
            }
        )

    def _name(self, name: str, *, is_own: bool) -> str:
        plain = _plain(name)
        if plain in _FIELDS and not is_own:
            return name
        return self._stand_in("field", name, lambda n: f"field-{n}")

    def _text(self, text: str, field: str) -> str:
        if not text:
            return text
        if field in _WORDS and _PLAIN_WORD.fullmatch(text):
            self._kept.add(text)
            return text
        if field == "id" or field.endswith("_id"):
            return self._id(text) if text.isdecimal() else self._stand_in("text", text, lambda n: f"Text {n}")
        if field == "po_number" and (match := _PREFIXED.fullmatch(text)):
            return match[1] + self._id(match[2])
        if match := _DATE.fullmatch(text):
            return _DAY + ("T08:00:00+00:00" if match[1] else "")
        if field in ("file_url", "url"):
            return self._stand_in("address", text, lambda n: f"{ORIGIN}/attachment/attachment_file/type/{n}/file_{n}")
        if field == "file_file_name":
            end = text.rpartition(".")[2].lower()
            return self._stand_in("file", text, lambda n: f"File {n}.{end if end in SUFFIXES else 'bin'}")
        if _NUMBER.fullmatch(text):
            return re.sub(r"[1-9]", "7", text)
        return self._stand_in("text", text, lambda n: f"Text {n}")

    def _id(self, text: str) -> str:
        return self._stand_in("id", text, lambda n: str(FIRST_ID + n))

    def _stand_in(self, kind: str, was: str, make: Callable[[int], str]) -> str:
        if (kind, was) not in self._known:
            self._numbers[kind] += 1
            self._known[kind, was] = make(self._numbers[kind])
            self.counts[kind] += 1
        return self._known[kind, was]


def scrubbed(answer: str, scrubber: ApiScrubber) -> str:
    """Scrub an answer's text; of what is no JSON only its length is told."""
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return json.dumps({"no JSON, characters": len(answer)})
    return json.dumps(scrubber.value(value), indent=1, ensure_ascii=False)


def _plain(name: str) -> str:
    return name.replace("-", "_")
