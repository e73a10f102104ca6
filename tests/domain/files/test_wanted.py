"""Which attachments are wanted: what is left out is counted by its option, and doubt leaves nothing out."""

from __future__ import annotations

from typing import Any

import pytest

from coupa_async.domain.files.wanted import ALL_FILES, WantedFiles
from coupa_async.domain.order import Attachment, AttachmentIntent, AttachmentKind, AttachmentPlace, AttachmentSource

ORDER, REQUISITION = AttachmentSource.ORDER, AttachmentSource.REQUISITION


def named(name: str, source: AttachmentSource = ORDER, **more: Any) -> tuple[AttachmentSource, Attachment]:
    given: dict[str, Any] = {"kind": AttachmentKind.FILE, "place": AttachmentPlace.HEADER} | more
    return source, Attachment(id=name, name=name, url=f"https://t/attachment/attachment_file/type/1/{name}", **given)


def kept(wanted: WantedFiles, *attachments: tuple[AttachmentSource, Attachment]) -> list[str]:
    return [attachment.name for _, attachment in wanted.choose(attachments)[0]]


def test_by_default_all_are_wanted_and_nothing_is_said() -> None:
    files = [named("a.pdf"), named("b", kind=AttachmentKind.TEXT, text="b")]
    assert ALL_FILES.choose(files) == (files, "")


@pytest.mark.parametrize("types", [("pdf", "jpg"), (".PDF", "*.jpeg")])
def test_types_are_extensions_in_any_spelling(types: tuple[str, ...]) -> None:
    files = [named("a.PDF"), named("b.jpeg"), named("c.docx"), named("d.pdf.exe")]
    chosen, note = WantedFiles(types=types).choose(files)
    assert [attachment.name for _, attachment in chosen] == ["a.PDF", "b.jpeg"]
    assert note == "2 of 4 left out by --types"


def test_a_file_whose_type_only_its_download_tells_is_wanted() -> None:
    assert kept(WantedFiles(types=("pdf",)), named("Scan"), named("Scan.docx")) == ["Scan"]


def test_texts_and_links_are_of_the_types_that_they_are_saved_as() -> None:
    files = [named("Note", kind=AttachmentKind.TEXT, text="x"), named("Page", kind=AttachmentKind.URL)]
    assert kept(WantedFiles(types=("txt",)), *files) == ["Note"]
    assert kept(WantedFiles(types=("url",)), *files) == ["Page"]


def test_names_match_patterns_without_case_however_accents_are_encoded() -> None:
    files = [named("Signed CONTRACT 7.pdf"), named("Re\u0301sume\u0301.pdf"), named("offer.pdf"), named("contract")]
    assert kept(WantedFiles(names=("*contract*", "résumé.*")), *files) == [
        *("Signed CONTRACT 7.pdf", "Re\u0301sume\u0301.pdf", "contract"),
    ]


def test_intent_parts_what_is_for_the_supplier_from_all_else() -> None:
    files = [
        named("s", intent=AttachmentIntent.SUPPLIER),
        named("i", intent=AttachmentIntent.INTERNAL),
        named("u"),
    ]
    assert kept(WantedFiles(intent=AttachmentIntent.SUPPLIER), *files) == ["s"]
    assert kept(WantedFiles(intent=AttachmentIntent.INTERNAL), *files) == ["i", "u"]


def test_places_are_told_apart_and_what_stands_in_none_counts_as_of_the_header() -> None:
    files = [
        named("header"),
        named("lines", place=AttachmentPlace.LINE),
        named("comments", place=AttachmentPlace.COMMENT),
        named("requisition", REQUISITION, place=AttachmentPlace.LINE),
        named("elsewhere", place=AttachmentPlace.ELSEWHERE),
    ]
    for place in ("lines", "comments", "requisition"):
        assert kept(WantedFiles(places=(place,)), *files) == [place]
    assert kept(WantedFiles(places=("header",)), *files) == ["header", "elsewhere"]
    assert not WantedFiles(places=("header",)).has_requisition


def test_each_option_says_how_many_it_leaves_out() -> None:
    files = [named("a.pdf"), named("b.docx"), named("c.pdf", place=AttachmentPlace.LINE), named("d.docx")]
    _, note = WantedFiles(types=("pdf",), places=("header",)).choose(files)
    assert note == "2 of 4 left out by --types, 1 of 4 left out by --from"
