"""Messages that the program puts together: translated by their words, which are those of the source."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from coupa_async.domain.errors import BadOrderNumberError, BusyError, RefusedDownloadError, WrongOrderError
from coupa_async.domain.outcome import FailedAttachment, explanation
from coupa_async.services.languages import phrases_of_input, phrases_of_runs
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


@pytest.mark.parametrize(
    "text",
    [
        "1 of 2 attachments failed: only the first options.pdf: Coupa answered 404",
        "1 of 2 attachments failed: signed in over 3 minutes.pdf: Coupa answered 404",
        "1 of 2 attachments failed: Form that answers.pdf: Coupa answered 404",
        "1 of 2 attachments failed: missing: a web page ended, see plain text.pdf: Coupa answered 404",
    ],
)
def test_a_files_name_stays_as_it_is_whatever_words_it_is_made_of(text: str) -> None:
    name = text.partition("failed: ")[2].rpartition(": Coupa")[0]
    assert translated(text, PORTUGUESE) == f"1 de 2 anexos falharam: {name}: a Coupa respondeu 404"


def test_what_is_all_of_a_message_is_told_even_if_it_is_two_words() -> None:
    assert translated("signed in", PORTUGUESE) == "entrada válida"
    assert translated("https://t.coupahost.com answers", PORTUGUESE) == "https://t.coupahost.com responde"


def test_what_varies_may_be_several_words_in_quotation_marks() -> None:
    text = "x.xlsx: there is no sheet 'My own orders'; it has the sheets A, B: name one with --sheet"
    told = "x.xlsx: não há a planilha 'My own orders'; tem as planilhas A, B: indique uma com --sheet"
    assert translated(text, PORTUGUESE) == told


def test_the_words_of_a_message_are_those_of_the_source() -> None:
    files = [path for room in ("coupa_async", "backends") for path in (ROOT / room).rglob("*.py")]
    told = (path.read_text(encoding="utf-8") for path in files if "languages" not in path.parts)
    source = re.sub(r'"\n\s*f?"', "", "".join(told))
    known = pairs(re.sub(r"\{[^{}]*\}", " ", source))
    for text in (*MESSAGES, *phrases_of_input.PHRASES, *phrases_of_runs.PHRASES):
        own = [pair for part in re.split(r"%\(\w+\)s", text) for pair in pairs(part)]
        # The source puts some together of pieces; but most of a message stands there as it is.
        assert sum(pair not in known for pair in own) <= max(len(own) / 2, 1), text


def pairs(text: str) -> set[tuple[str, str]]:
    words = re.findall(r"[\w'-]+", text)
    return set(itertools.pairwise(words))
