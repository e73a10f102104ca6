"""The profile of the user's browser to copy from, as the settings name it."""

from __future__ import annotations

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.services.profiles.profiles import SourceProfile


def source_profile(settings: Settings) -> SourceProfile | None:
    """Return the profile to copy from; ``None`` if the settings name none.

    Raises:
        ProfileError: If it cannot be used.
    """
    if settings.edge_profile_dir is None:
        return None
    source = SourceProfile(directory=settings.edge_profile_dir, name=settings.edge_profile_name)
    source.check(profiles_dir())
    return source
