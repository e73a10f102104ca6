"""Finds the catalogue of a language. The English texts are the keys, so English needs none.

``locales/LANGUAGE/LC_MESSAGES/coupa-async.po`` is edited; ``make texts`` makes the ``.mo`` beside it that is read here.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from functools import cache
from pathlib import Path

DOMAIN = "coupa-async"
LOCALES = Path(__file__).parent / "locales"
# By the tag that a browser or a person gives, with the language's own name. The first is the one for all others.
LANGUAGES = {"en": "English", "pt-BR": "Português (Brasil)"}


def mark(text: str) -> str:
    """Mark a text for the catalogue, and return it as it is: it is translated where it is shown."""
    return text


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the texts of a language of ``LANGUAGES``. What has no translation stays English."""
    return gettext.translation(DOMAIN, LOCALES, [language.replace("-", "_")], fallback=True)


def best_language(accepted: str, known: Iterable[str] = LANGUAGES) -> str:
    """Choose a language by what a browser accepts, or by a locale's name such as ``pt_BR.UTF-8``.

    Args:
        accepted: An ``Accept-Language`` header: ``pt-BR,pt;q=0.9,en;q=0.8``.
        known: The languages there are; the first is the default.
    """
    languages = list(known)
    ranked = sorted((_ranked(part) for part in accepted.split(",")), key=lambda item: -item[0])
    for weight, tag in ranked:
        wanted = tag.partition(".")[0].replace("_", "-").casefold()
        if weight > 0 and wanted:
            exact = (name for name in languages if name.casefold() == wanted)
            near = (name for name in languages if _family(name) == _family(wanted))
            if found := next(exact, None) or next(near, None):
                return found
    return languages[0]


def _family(tag: str) -> str:
    return tag.casefold().partition("-")[0]


def _ranked(part: str) -> tuple[float, str]:
    tag, _, quality = part.partition(";q=")
    try:
        return float(quality or 1), tag.strip()
    except ValueError:
        return 0.0, tag.strip()
