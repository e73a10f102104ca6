"""One page of an order's table of lines."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.lines import OrderLine
from coupa_async.domain.pages.data.line_paging import Paging, read_paging
from coupa_async.domain.pages.data.order_lines import read_lines
from coupa_async.domain.pages.page import parsed


@dataclass(frozen=True, slots=True)
class LinesPage:
    """One page of an order's lines.

    Attributes:
        lines: Those that it shows.
        paging: What it tells of the others.
    """

    lines: tuple[OrderLine, ...]
    paging: Paging


def read_lines_page(html: str, bounds: Bounds) -> LinesPage:
    """Read the lines that a page shows, and its paging."""
    tree = parsed(html)
    return LinesPage(read_lines(tree, bounds), read_paging(tree))
