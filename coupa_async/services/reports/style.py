"""The style that report, comparison and the app's pages have in common; each of them still works alone."""

from __future__ import annotations

from pathlib import Path

BASE = Path(__file__).parent / "assets" / "base.css"


def base_style() -> str:
    """Return it, to be put into a page's own file. Blocking."""
    return BASE.read_text("utf-8")
