"""The page of a report: one file with style, script and data in it, in a language of the catalogue.

Texts of the tenant are in the page as JSON only, with every ``<`` escaped; the page's script makes text nodes of them.
The page's own policy lets no other script run and nothing be loaded.
"""

from __future__ import annotations

import base64
import gettext
import hashlib
import html
import json
import re
from collections.abc import Mapping
from importlib import resources
from string import Template

from coupa_async.services.languages.catalogue import LANGUAGES, catalogue, mark
from coupa_async.services.reports.style import base_style

_REPORT = mark("coupa-async report")
_SCRIPTS = ("report_texts.js", "report_charts.js", "report_table.js", "report_data.js", "report.js")
# The texts of script and page, as the catalogue's maker finds them.
_ONE = re.compile(r'\b_\("([^"]+)"')
_SEVERAL = re.compile(r'\bngettext\("([^"]+)", "([^"]+)"')
_MARKED = re.compile(r'\{\{ _\("([^"]+)"\) \}\}')


def report_page(name: str, data: Mapping[str, object], language: str) -> str:
    """Make the page.

    Args:
        name: Of the output folder.
        data: What its script shows; names and values of the program in English.
        language: Of ``LANGUAGES``.
    """
    folder = resources.files("coupa_async.services.reports") / "assets"
    texts = catalogue(language)
    style = base_style() + (folder / "report.css").read_text("utf-8")
    script = "\n".join((folder / item).read_text("utf-8") for item in _SCRIPTS)
    page = _MARKED.sub(lambda found: html.escape(texts.gettext(found[1])), (folder / "report.html").read_text("utf-8"))
    written = {**data, "texts": _texts(script, texts)}
    return Template(page).substitute(
        language=language,
        policy=f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'",
        title=html.escape(name) + _title(language).removesuffix("</title>"),
        style=style,
        script=script,
        data=json.dumps(written, separators=(",", ":")).replace("<", "\\u003c"),
    )


def titles() -> tuple[str, ...]:
    """Return how a report's title ends in each language: by it a page is known to be ours."""
    return tuple(map(_title, LANGUAGES))


def _title(language: str) -> str:
    return f": {html.escape(catalogue(language).gettext(_REPORT))}</title>"


def _texts(script: str, texts: gettext.NullTranslations) -> dict[str, object]:
    """Return the script's texts in a language: one, or the one for a single thing and the one for several."""
    written: dict[str, object] = {text: texts.gettext(text) for text in _ONE.findall(script)}
    for text, more in _SEVERAL.findall(script):
        written[text] = [texts.ngettext(text, more, 1), texts.ngettext(text, more, 2)]
    return written


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
