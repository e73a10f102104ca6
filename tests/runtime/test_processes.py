"""Processes that we start: what they are told."""

from __future__ import annotations

from coupa_async.runtime.processes import child_environment


def test_children_get_our_environment_without_our_settings() -> None:
    given = {"PATH": "/bin", "COUPA_PASSWORD": "s3cret", "coupa_password": "s3cret", "Coupa_Username": "u", "LANG": "C"}
    assert child_environment(given) == {"PATH": "/bin", "LANG": "C"}


def test_a_variable_that_only_mentions_the_product_is_kept() -> None:
    assert child_environment({"MY_COUPA_HOME": "/x"}) == {"MY_COUPA_HOME": "/x"}
