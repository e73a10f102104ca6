"""``python -m tools.texts``: brings the catalogues up to the texts in the source, and makes what gettext reads of them.

Texts that are new stand there without a translation, which a test does not let pass; texts that are gone are taken out.
"""

from __future__ import annotations

import inspect
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from coupa_async.app.configuration.setting_groups import setting_groups
from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.command import all_settings
from coupa_async.services.languages.catalogue import DOMAIN, LANGUAGES, LOCALES

ROOT = Path(__file__).parents[1]
_AT = datetime(2025, 1, 1, tzinfo=UTC)
_KEYWORDS = {"mark": None, "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
# Developers' own commands, whose help and output stay English.
ENGLISH = ("compare", "evidence", "record")
_PAGES = "jinja2.ext:babel_extract"
_METHODS = [("**.py", "python"), ("**/templates/**.html", _PAGES), ("**/assets/**.html", _PAGES)]
_METHODS += [("**/assets/**.js", "javascript")]
_OPTIONS: dict[str, dict[str, Any]] = {
    "**/templates/**.html": {"trimmed": "true", "silent": "false"},
    "**/assets/**.js": {"parse_template_string": True},
}


def found() -> Catalog:
    """Return every text of the source, sorted by text: a diff shows what was changed, not where it has moved to."""
    catalogue = Catalog(domain=DOMAIN)
    rows = extract_from_dir(ROOT / "coupa_async", _METHODS, _OPTIONS, _KEYWORDS, strip_comment_tags=True)
    for _, _, message, _, context in rows:
        catalogue.add(message, context=context)
    for text in (*setting_groups(), *_help()):
        if text:
            catalogue.add(text)
    return catalogue


def _help() -> Iterator[str]:
    """Give what ``--help`` says of each command: what it is for, and its settings."""
    yield from (field.description or "" for field in Settings.model_fields.values())
    for command in all_settings():
        if (command.model_config.get("cli_prog_name") or "").removeprefix("coupa-async ") not in ENGLISH:
            yield inspect.cleandoc(command.__doc__ or "")
            own = (field for name, field in command.model_fields.items() if name not in Settings.model_fields)
            yield from (field.description or "" for field in own)


def kept(language: str) -> Catalog:
    """Read the catalogue of a language; an empty one if there is none yet."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language.replace("-", "_"), domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=language.replace("-", "_"), domain=DOMAIN)


def compiled(catalogue: Catalog) -> bytes:
    """Return what gettext reads."""
    catalogue.creation_date = catalogue.revision_date = _AT  # the same texts, the same bytes
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def po_file(language: str) -> Path:
    """Return where the catalogue of a language is edited."""
    return LOCALES / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def main() -> int:
    """Bring them up to date; how many texts lack a translation is the last line."""
    lacking = 0
    for language in list(LANGUAGES)[1:]:
        catalogue = kept(language)
        catalogue.update(found(), no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        path = po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, no_location=True, omit_header=True, sort_output=True)
        path.with_suffix(".mo").write_bytes(compiled(kept(language)))
        lacking += sum(not all(_texts(message.string)) for message in catalogue if message.id)
    sys.stderr.write(f"{lacking} texts lack a translation\n")
    return 0


def _texts(string: object) -> tuple[object, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (string,)


if __name__ == "__main__":
    sys.exit(main())
