from __future__ import annotations

import pytest

from coupa_async.services.languages.catalogue import best_language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("en-US,en;q=0.9", "en"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("pt-PT,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("pt", "pt-BR"),
        ("de-DE,de;q=0.9,pt;q=0.5", "pt-BR"),
        ("en;q=0.1,pt;q=0.9", "pt-BR"),
        ("pt;q=0,en", "en"),
        ("pt_BR.UTF-8", "pt-BR"),
        ("C.UTF-8", "en"),
        ("*", "en"),
        ("pt;q=much,;;;,", "en"),
        ("p" * 10_000, "en"),
    ],
)
def test_the_language_is_the_one_that_a_browser_or_a_locale_likes_best(accepted: str, language: str) -> None:
    assert best_language(accepted) == language
