"""The groups of settings, as the help of a command and ``docs/reference/settings.md`` show them."""

from __future__ import annotations

from collections.abc import Iterable

from coupa_async.app.configuration.settings import Settings

# The field that a group begins with. A field belongs to the group in which it is declared.
_FIRST_FIELDS = {
    "base_url": "Coupa and sign-in",
    "backend": "Browsers",
    "workers": "Workers, lane and pace",
    "output_dir": "Spreadsheet and folders",
    "memory_threshold": "Limits, and Outlook messages",
}
# What most people need sooner or later: the help shows these without being asked for all.
OFTEN = (
    *("base_url", "username", "backend", "workers", "lane", "output_dir", "folder_columns", "sheet", "po_column"),
    "msg_pdf",
)


def setting_groups(names: Iterable[str] = Settings.model_fields) -> dict[str, list[str]]:
    """Sort settings into groups.

    Args:
        names: Names of fields; what is no field of ``Settings`` is left out.

    Returns:
        The names by the title of their group, both in the order of ``Settings``. No group is empty.
    """
    wanted = set(names)
    groups: dict[str, list[str]] = {}
    title = ""
    for name in Settings.model_fields:
        title = _FIRST_FIELDS.get(name, title)
        if name in wanted:
            groups.setdefault(title, []).append(name)
    return groups
