"""Every text that people read is in every catalogue, whole, and nothing else is."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from coupa_async.services.languages.catalogue import LANGUAGES, catalogue
from tools import texts

OTHERS = list(LANGUAGES)[1:]
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\w+\}|https?://\S+|ws://\S+|\.\w{3,4}\b")


def strings(message: object) -> tuple[str, ...]:
    return tuple(map(str, message)) if isinstance(message, tuple | list) else (str(message),)


def keys(found: Catalog) -> set[tuple[str, str]]:
    return {(str(message.context or ""), strings(message.id)[0]) for message in found if message.id}


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_missing_and_none_is_unused(language: str) -> None:
    there, wanted = keys(texts.kept(language)), keys(texts.found())
    assert wanted - there == set(), "missing: make texts"
    assert there - wanted == set(), "unused: make texts"
    assert len(wanted) > 250


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_the_same_placeholders(language: str) -> None:
    for message in texts.kept(language):
        if not message.id or message.context:
            continue
        assert not message.fuzzy, message.id
        for text in strings(message.string):
            assert text.strip(), message.id
            for original in strings(message.id)[-1:]:
                assert sorted(_PLACEHOLDER.findall(text)) == sorted(_PLACEHOLDER.findall(original)), original
                assert text[-1] not in ".:" or text[-1] == original[-1], original


@pytest.mark.parametrize("language", OTHERS)
def test_what_gettext_reads_is_made_of_what_is_edited(language: str) -> None:
    edited = {strings(message.id): strings(message.string) for message in texts.kept(language) if message.id}
    made = read_mo(BytesIO(texts.po_file(language).with_suffix(".mo").read_bytes()))
    read = {strings(message.id): strings(message.string) for message in made if message.id}
    assert read == edited, "stale: make texts"


def test_a_language_that_is_not_there_is_english() -> None:
    assert catalogue("xx").gettext("Start") == "Start"
    assert catalogue("pt-BR").gettext("Start") == "Início"
    assert catalogue("pt-BR").ngettext("%(num)s order", "%(num)s orders", 1) == "%(num)s pedido"
