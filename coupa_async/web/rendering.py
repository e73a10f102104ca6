"""Pages from templates. Whatever a name holds is text: everything is escaped, and nothing is marked as safe."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from coupa_async.services.languages.catalogue import LANGUAGES, best_language, catalogue
from coupa_async.web.formats import Formats
from coupa_async.web.site import site_of

LANGUAGE_COOKIE = "coupa_async_language"


@cache
def _formats(language: str) -> Formats:
    return Formats(catalogue(language))


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("coupa_async.web"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = catalogue(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=texts.gettext, ngettext=texts.ngettext, newstyle=True, pgettext=texts.pgettext
    )
    formats = _formats(language)
    environment.filters |= formats.filters()
    environment.globals |= {"language": language, "languages": LANGUAGES}
    return environment


def language_of(request: Request) -> str:
    """Return the language that a person chose, else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else best_language(request.headers.get("accept-language", ""))


def translated(request: Request, message: object) -> str:
    """Return a message of the program in the language of whoever asks."""
    return _formats(language_of(request)).translated(message)


def fragment(request: Request, template: str, **values: Any) -> str:
    """Render a part of a page."""
    site = site_of(request)
    return (
        _environment(language_of(request))
        .get_template(template)
        .render(base=site.access.base, csrf=site.access.csrf, active_run=site.runner.active, **values)
    )


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page.

    Args:
        request: What is answered.
        template: Its file.
        status: The HTTP status.
        values: For the template.
    """
    path = request.url.path.removeprefix(site_of(request).access.base)
    return HTMLResponse(fragment(request, template, here=path, **values), status)
