"""What a report shows of a run's settings: those that somebody chose; the rest, if it says anything, behind them."""

from __future__ import annotations

from collections.abc import Mapping

Values = dict[str, object]
_NOTHING = ("", "None", None)
_NOTED = ("columns",)  # for later runs: nobody chose it


def settings_used(settings: Mapping[str, object], defaults: Mapping[str, object]) -> tuple[Values, Values]:
    """Sort a run's settings. What is empty says nothing, and is in neither part.

    Args:
        settings: As the journal has them.
        defaults: What they are if nobody says anything, where that is known; a switch that is not among them is off.

    Returns:
        Those that differ from their defaults, and those that do not.
    """
    chosen: Values = {}
    usual: Values = {}
    for name, value in settings.items():
        if name in _NOTED:
            continue
        is_usual = value == defaults.get(name, False)
        if value in _NOTHING and (is_usual or defaults.get(name) in _NOTHING):
            continue
        if not is_usual:
            chosen[name] = value
        elif name in defaults:
            usual[name] = value
    return chosen, usual
