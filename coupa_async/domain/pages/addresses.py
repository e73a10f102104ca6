"""Lists the addresses where an order's page may be: ``docs/design/coupa-pages.md``, "Number and id"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

from coupa_async.domain.order import Order, OrderNumber

DEFAULT_PATH = "/order_headers/{id}"
_PLACE = re.compile(r"\{(?:id|number|digits)\}")
_ID = re.compile(r"#?([0-9]{1,18})(?:\.0+)?")


class Way(StrEnum):
    """How an order's address was found."""

    SHEET = "sheet"
    PATH = "path"
    NUMBER = "number"
    DIGITS = "digits"
    API = "api"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be the address of an order.

    Attributes:
        needs_name: Whether the page must name the order to be believed, because the address proves too little.
    """

    way: Way
    url: str
    needs_name: bool = False


def candidates(order: Order, base_url: str, path: str, first: Way | None = None) -> list[Candidate]:
    """List the addresses to try, the most likely one first, each once.

    Args:
        order: With the links and ids that the sheet has for it; one at another origin, or of another page, is left out.
        base_url: The tenant's address, without a slash at its end.
        path: Where orders are: ``{id}`` is the number without prefix and leading zeros, ``{number}`` the number as it
            stands, ``{digits}`` its digits.
        first: The way that worked for the last order of this kind.
    """
    number = order.number
    found = [Candidate(Way.SHEET, url) for link in order.links if (url := _of_sheet(link, base_url, path))]
    guesses = [
        Candidate(Way.PATH, base_url + _filled(path, number)),
        Candidate(Way.NUMBER, base_url + _filled(_PLACE.sub("{number}", path), number)),
        Candidate(Way.DIGITS, base_url + _filled(_PLACE.sub("{digits}", path), number), needs_name=True),
    ]
    guesses.sort(key=lambda candidate: candidate.way is not first)
    by_url: dict[str, Candidate] = {}
    for candidate in [*found, *guesses]:
        by_url.setdefault(candidate.url, candidate)
    return list(by_url.values())


def page_address(base_url: str, path: str, order_id: str) -> str:
    """Return the address of the page of an order whose id is known."""
    return f"{base_url}{_PLACE.sub(order_id, path)}"


def kind_of(number: OrderNumber) -> str:
    """Return the kind of a number: a tenant may make addresses of different kinds in different ways."""
    return "digits" if number.key.isdecimal() else "letters"


def id_of(url: str) -> str:
    """Read the id at the end of an order's address; empty if there is none."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    return last if last.isdecimal() else ""


def check_path(path: str) -> str:
    """Return what is wrong with a path for orders; empty if nothing."""
    if not path.startswith("/") or not _PLACE.search(path):
        return f"{path!r} is no path for orders: write {DEFAULT_PATH}, or {{number}} or {{digits}} in place of {{id}}"
    return ""


def _filled(path: str, number: OrderNumber) -> str:
    digits = "".join(char for char in number.key if char.isdecimal())
    values: Mapping[str, str] = {
        "{id}": number.key,
        "{number}": number.shown,
        "{digits}": digits.lstrip("0") or "0",
    }
    return _PLACE.sub(lambda place: quote(values[place[0]], safe=""), path)


def _of_sheet(link: str, base_url: str, path: str) -> str:
    """Make an address of a link or an id in the sheet; empty if it is none of an order of this tenant."""
    if match := _ID.fullmatch(link):
        return page_address(base_url, path, match[1])
    try:
        here, home = urlsplit(link), urlsplit(base_url)
        is_tenants = (here.scheme, here.hostname, here.port) == (home.scheme, home.hostname, home.port)
    except ValueError:
        return ""
    if not is_tenants or here.username or here.password:
        return ""
    inside = here.path.removeprefix(home.path.rstrip("/"))
    for known in dict.fromkeys((path, DEFAULT_PATH)):
        pattern = "([^/]+)".join(re.escape(part) for part in _PLACE.split(known))
        if match := re.fullmatch(f"({pattern})/?", inside):
            return base_url + quote(unquote(match[1]), safe="/")
    return ""
