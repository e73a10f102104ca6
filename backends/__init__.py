"""The browsers behind ``coupa_async.ports.Backend``. Only the command line imports this.

Backends of other packages are found by the entry-point group ``coupa_async.backends``: a name, and a function that
takes ``BrowserOptions`` and returns a ``Backend``. See docs/writing-a-backend.md.
"""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points

from backends.chromium import BrowserOptions
from coupa_async.domain.errors import BrowserMissingError, SettingsError
from coupa_async.ports import Backend

GROUP = "coupa_async.backends"
_OWN = ("playwright", "selenium")


def open_backend(name: str, options: BrowserOptions) -> Backend:
    """Make a backend, importing no library but its own.

    Raises:
        SettingsError: If there is no backend of that name.
        BrowserMissingError: If its library is not installed.
    """
    theirs = {one.name: one for one in entry_points(group=GROUP)}
    if name not in _OWN and name not in theirs:
        raise SettingsError(f"backend {name!r} is not known: choose one of {', '.join((*_OWN, *sorted(theirs)))}")
    try:
        make = importlib.import_module(f"backends.{name}").open_backend if name in _OWN else theirs[name].load()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _OWN:
            raise
        raise BrowserMissingError(f"backend {name} needs a library: pip install 'coupa-async[{name}]'") from error
    backend: Backend = make(options)
    return backend


def open_lane(backend: Backend, options: BrowserOptions, lane: str, base_url: str) -> Backend:
    """Put the direct lane before a backend, unless ``lane`` is ``browser``.

    Args:
        backend: What opens browsers.
        options: Its options.
        lane: ``browser``; ``direct``, which leaves to the browser only what needs scripts; or ``auto``, which leaves to
            it what HTTP is refused, too.
        base_url: The tenant's address.
    """
    if lane == "browser":
        return backend
    from backends.direct import DirectBackend  # the HTTP library takes a tenth of a second

    return DirectBackend(options, backend, base_url, is_forced=lane == "direct")
