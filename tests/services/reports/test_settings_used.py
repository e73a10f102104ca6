"""The settings of a report: those that somebody chose; no empty ones; the rest behind them."""

from __future__ import annotations

from coupa_async.app.configuration.settings import Settings, shown_defaults
from coupa_async.services.reports.settings_used import settings_used


def test_what_somebody_chose_stands_apart_from_what_is_by_default() -> None:
    settings = {"workers": 4, "lane": "auto", "in_place": True, "headed": False, "input": "orders.xlsx"}
    settings["columns"] = ["STATUS", "SUPPLIER"]  # which a run notes for later ones
    chosen, usual = settings_used(settings, {"workers": 2, "lane": "auto"})
    assert chosen == {"workers": 4, "in_place": True, "input": "orders.xlsx"}
    assert usual == {"lane": "auto"}


def test_a_switch_that_is_on_by_default_is_shown_when_it_is_off_and_a_value_that_was_emptied_as_well() -> None:
    chosen, usual = settings_used({"headless": False, "data": "", "types": ""}, {"headless": True, "data": "basic"})
    assert (chosen, usual) == ({"headless": False, "data": ""}, {})


def test_a_run_of_which_nothing_was_said_has_no_setting_to_show_and_no_empty_one() -> None:
    settings = Settings.model_construct().shown()
    assert len(settings) > 40
    chosen, usual = settings_used(settings, shown_defaults())
    assert chosen == {}
    assert "" not in usual.values()
    assert len(usual) > 20


def test_without_known_defaults_only_what_is_empty_or_off_is_left_out() -> None:
    chosen, usual = settings_used({"channel": "msedge", "only": "", "fresh": False}, {})
    assert (chosen, usual) == ({"channel": "msedge"}, {})
