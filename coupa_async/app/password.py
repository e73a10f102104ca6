"""Passwords and the API client's secret in the system's keyring, where the extra `keyring` is installed."""

from __future__ import annotations

from types import ModuleType
from urllib.parse import urlsplit

from pydantic import SecretStr

from coupa_async.domain.errors import SettingsError

_HOW = "pip install 'coupa-async[keyring]', or set COUPA_PASSWORD"


def read_password(base_url: str, username: str, variable: str = "COUPA_PASSWORD") -> SecretStr | None:
    """Return the password that :func:`keep_password` kept for this user of this tenant; ``None`` if there is none.

    Args:
        base_url: The tenant's address.
        username: The user, or the API's client.
        variable: What to set instead, for the message.

    Raises:
        SettingsError: If the keyring is locked or broken.
    """
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        found = keyring.get_password(_service(base_url), username)
    except keyring.errors.NoKeyringError:
        return None  # a server has none
    except keyring.errors.KeyringError as error:
        raise SettingsError(f"the system's keyring: {error}: unlock it, or set {variable}") from error
    return SecretStr(found) if found else None


def keep_password(base_url: str, username: str, password: SecretStr) -> None:
    """Store a password in the system's keyring.

    Raises:
        SettingsError: If there is no keyring, or it refuses.
    """
    keyring = require_keyring()
    try:
        keyring.set_password(_service(base_url), username, password.get_secret_value())
    except keyring.errors.KeyringError as error:
        raise SettingsError(f"the system's keyring does not take it: {error}: set COUPA_PASSWORD instead") from error


def forget_password(base_url: str, username: str) -> None:
    """Remove a password from the system's keyring.

    Raises:
        SettingsError: If it is not there, or cannot be removed.
    """
    keyring = require_keyring()
    try:
        keyring.delete_password(_service(base_url), username)
    except keyring.errors.KeyringError as error:
        raise SettingsError(f"the system's keyring has none of {username} for {base_url}: {error}") from error


def _service(base_url: str) -> str:
    return f"coupa-async {urlsplit(base_url).netloc}"


def require_keyring() -> ModuleType:
    """Import the library for the system's keyring.

    Raises:
        SettingsError: If it is not installed.
    """
    keyring = _keyring()
    if keyring is None:
        raise SettingsError(f"the library for the system's keyring is not here: {_HOW}")
    return keyring


def _keyring() -> ModuleType | None:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    module: ModuleType = keyring
    return module
