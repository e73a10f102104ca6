"""The browsers behind ``coupa_async.ports.Backend``. Only the command line imports this."""

from __future__ import annotations

import importlib

from backends.chromium import BrowserOptions
from coupa_async.domain.errors import BrowserMissingError, SettingsError
from coupa_async.ports import Backend

NAMES = ("playwright", "selenium")


def open_backend(name: str, options: BrowserOptions) -> Backend:
    """Make a backend, importing no library but its own.

    Raises:
        SettingsError: If there is no backend of that name.
        BrowserMissingError: If its library is not installed.
    """
    if name not in NAMES:
        raise SettingsError(f"backend {name!r} is not known: choose one of {', '.join(NAMES)}")
    try:
        module = importlib.import_module(f"backends.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in NAMES:
            raise
        raise BrowserMissingError(f"backend {name} needs a library: pip install 'coupa-async[{name}]'") from error
    backend: Backend = module.open_backend(options)
    return backend
