"""Where the system keeps what belongs to a user: settings, sign-ins, browser profiles."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def data_dir() -> Path:
    """Return the folder for what belongs to the user and to no single run."""
    return platformdirs.user_data_path("coupa-async", appauthor=False)


def user_file() -> Path:
    """Return the user's own file of settings."""
    return platformdirs.user_config_path("coupa-async", appauthor=False) / "coupa.toml"


def profiles_dir() -> Path:
    """Return the folder of the browser profiles."""
    return data_dir() / "profiles"
