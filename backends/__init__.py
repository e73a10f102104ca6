"""The browsers behind ``coupa_async.ports.Backend``. Only ``coupa_async.app`` imports this.

Backends of other packages are found by the entry-point group ``coupa_async.backends``: a name, and a function that
takes ``BrowserOptions`` and returns a ``Backend``. See docs/design/writing-a-backend.md.
"""

from __future__ import annotations

import importlib
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING

from backends.browser.chromium import BrowserOptions
from coupa_async.domain.errors import BrowserMissingError, SettingsError
from coupa_async.ports import Backend, Profile, Session

if TYPE_CHECKING:
    from backends.rest.session import RestBackend
    from backends.rest.token_endpoint import ApiClient

GROUP = "coupa_async.backends"
_OWN = ("playwright", "selenium")


def open_backend(name: str, options: BrowserOptions) -> Backend:
    """Make a backend, importing no library but its own.

    Raises:
        SettingsError: If there is no backend of that name.
        BrowserMissingError: If its library is not installed.
    """
    theirs = {entry_point.name: entry_point for entry_point in entry_points(group=GROUP)}
    if name not in _OWN and name not in theirs:
        raise SettingsError(f"backend {name!r} is not known: choose one of {', '.join((*_OWN, *sorted(theirs)))}")
    if name in _OWN:
        if find_spec(name) is None:
            raise BrowserMissingError(f"backend {name} needs a library: pip install 'coupa-async[{name}]'")
        return _Own(name, options)
    backend: Backend = theirs[name].load()(options)
    return backend


class _Own:
    """A backend of ours. Its library takes a quarter of a second to import, which waits for the first session."""

    def __init__(self, name: str, options: BrowserOptions) -> None:
        self.name = name
        self._options = options

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """See ``ports.Backend``."""
        return self._backend.session(profile)

    @cached_property
    def _backend(self) -> Backend:
        backend: Backend = importlib.import_module(f"backends.{self.name}.backend").open_backend(self._options)
        return backend


def open_lane(backend: Backend, options: BrowserOptions, lane: str, base_url: str) -> Backend:
    """Put the direct lane in front of a backend, unless ``lane`` is ``browser``.

    Args:
        backend: Starts the browsers.
        options: Its options.
        lane: ``browser``; ``direct``, which leaves to the browser only what needs scripts; or ``auto``, which also
            leaves to it what the tenant refuses over HTTP.
        base_url: The tenant's address.
    """
    if lane == "browser":
        return backend
    from backends.direct.session import DirectBackend  # the HTTP library takes a tenth of a second

    return DirectBackend(options, backend, base_url, is_forced=lane == "direct")


def open_api(name: str, options: BrowserOptions, client: ApiClient) -> RestBackend:
    """Make the backend of the tenant's API, with the direct lane behind it for what the API does not give.

    Args:
        name: The backend that starts browsers, which need not be here.
        options: Its options.
        client: The API's client.

    Raises:
        SettingsError: If there is no backend of that name.
    """
    from backends.rest.session import RestBackend

    browser: Backend
    try:
        browser = open_backend(name, options)
    except BrowserMissingError as error:
        browser = _Missing(name, error)
    return RestBackend(options, open_lane(browser, options, "direct", client.base_url), client)


def open_beside(backend: Backend, options: BrowserOptions, client: ApiClient) -> Backend:
    """Let a backend of the tenant's pages ask its API as well."""
    from backends.rest.session import RestBackend

    return RestBackend(options, backend, client, is_beside=True)


class _Missing:
    """A backend whose library is not here: that matters once a browser is needed."""

    def __init__(self, name: str, error: BrowserMissingError) -> None:
        self.name = name
        self._error = error

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """See ``ports.Backend``."""
        raise self._error
