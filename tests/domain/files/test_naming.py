"""Any text in; out comes a name that every system takes."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupa_async.domain.files import naming
from coupa_async.domain.files.naming import (
    attachment_name,
    file_name,
    fold,
    folder_path,
    is_made_harmless,
    is_ours,
    outcome_folder,
    safe_name,
    unique_name,
    work_folder,
)
from coupa_async.domain.order import Attachment, AttachmentKind, OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.services.spreadsheet.formats.file_kinds import _TEXTS, _WORKBOOKS

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
OURS = (
    *("input.csv", "orders.xlsx", "a.xlsm", "a.tsv", "a.txt", "journal.sqlite3", "journal.sqlite3-wal", "run.log"),
    *("journal.sqlite3-shm", "journal.sqlite3-journal", "report.html", "snapshots", "coupa-async.lock", "PO1__WORK"),
    *(f"PO1_{outcome}" for outcome in Outcome),
    *("JOURNA~1.SQL", "INPUT~1.CSV", "PO1__W~1"),
)
any_text = st.text(st.characters(exclude_categories=[])) | st.text("./\\:CONaux ~\u202e\x00é", max_size=400)


def is_legal(name: str) -> bool:
    """Check a name by the rules of Windows, macOS and Linux, without the library that made it."""
    return (
        bool(name)
        and not set(name) & set('<>:"/\\|?*')
        and not any(unicodedata.category(ch) in ("Cc", "Cf", "Cs") for ch in name)
        and name[-1] not in ". "
        and name.partition(".")[0].strip().lower() not in RESERVED
        and len(name.encode()) + len(" (9999).part") <= 255
        and len(name.encode("utf-16-le")) // 2 + len(" (9999).part") <= 255
        and name == unicodedata.normalize("NFC", name)
    )


@given(any_text)
@example("CON.pdf")
@example("aux .tar.gz")
@example("CON" + "." * 300)
@example("x" * 239 + ". ")
@example("../../etc/passwd")
@example("é" * 300 + ".pdf")
@example("\ud800.pdf")
def test_any_text_becomes_a_legal_name(text: str) -> None:
    assert is_legal(safe_name(text, fallback="fallback"))
    assert is_legal(file_name(text, fallback="fallback"))


@given(any_text, st.sampled_from(["pdf", "docx", "MSG", "x"]))
@example("\u00e9" * 128, "pdf")
def test_the_extension_is_kept(text: str, suffix: str) -> None:
    stem = f"a{text}b"
    assert safe_name(f"{stem}.{suffix}", fallback="f").endswith(f".{suffix}")


@given(st.lists(any_text, max_size=12))
def test_names_are_unique_on_systems_that_fold(texts: list[str]) -> None:
    taken: set[str] = set()
    for text in texts:
        name = unique_name(safe_name(text, fallback="f"), taken)
        assert fold(name) not in taken
        assert len(f"{name}.part".encode()) <= 255
        taken.add(fold(name))


@given(st.lists(st.none() | any_text, max_size=4), any_text)
def test_folders_stay_inside(levels: list[str | None], supplier: str) -> None:
    path = folder_path(tuple(levels), supplier, "PO1__WORK")
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert len(path.parts) == len(levels) + 1
    assert all(is_legal(part) for part in path.parts)


@pytest.mark.parametrize("supplier", [*OURS, *(name.upper() for name in OURS), "RUN.log ", "run.log\u200b"])
def test_no_supplier_has_a_folder_where_files_of_ours_go(supplier: str) -> None:
    for hierarchy in ((None,), (supplier,), ("EMEA", None)):
        level = folder_path(hierarchy, supplier, "PO2__WORK").parts[-2]
        assert not is_ours(level)
        assert level.rstrip("_")


@pytest.mark.parametrize("suffix", [*_WORKBOOKS, *_TEXTS])
def test_every_name_that_the_users_spreadsheet_can_have_is_ours(suffix: str) -> None:
    assert folder_path((None,), f"input{suffix}", "x") == PurePosixPath(f"input{suffix}_/x")


@pytest.mark.parametrize(
    "supplier", ["ACME", "Completed Works Ltd", "input csv", "A.B. Log", "snapshots inc", "WORK", "A~B"]
)
def test_other_suppliers_keep_their_names(supplier: str) -> None:
    assert folder_path((None,), supplier, "x") == PurePosixPath(supplier) / "x"


@pytest.mark.parametrize("ending", [".csv", "_COMPLETED", "__WORK"])
def test_the_longest_names_of_ours_stay_legal(ending: str) -> None:
    (level, _) = folder_path((None,), "x" * (242 - len(ending)) + ending, "x").parts
    assert is_legal(level)
    assert not is_ours(level)


def attachment(**more: object) -> Attachment:
    return Attachment(**({"id": "77", "kind": AttachmentKind.FILE, "name": ""} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("named", "suggested", "name"),
    [
        (attachment(name="Label.pdf", url="https://t/x/Url_name.pdf"), "Header.pdf", "Header.pdf"),
        (attachment(name="Label.pdf", url="https://t/x/Url_name.pdf"), None, "Label.pdf"),
        (attachment(url="https://t/x/Url%20name.pdf?key=1"), None, "Url name.pdf"),
        (attachment(url="https://t/"), None, "77"),
        (attachment(name="C:\\x\\report.pdf"), None, "report.pdf"),
        (attachment(name="See a/b", kind=AttachmentKind.TEXT), None, "See a-b.txt"),
        (attachment(name="Shop", kind=AttachmentKind.URL, url="https://x"), None, "Shop.url"),
        (attachment(name="Offer.pdf"), "document", "Offer.pdf"),
        (attachment(name="Offer.pdf"), "attachment.aspx", "Offer.pdf"),
        (attachment(name="Offer", url="https://t/x/Offer.pdf"), "document", "document.pdf"),
        (attachment(name="Offer", url="https://t/x/scan_7.pdf"), None, "Offer.pdf"),
        (attachment(name="Offer", url="https://t/x/download.aspx"), None, "Offer"),
        (attachment(name="Offer", url="https://t/x/7.pdf"), "download.aspx", "Offer.pdf"),
        (attachment(url="https://t/x/7.php"), "index.php", "index.php"),
        (attachment(name="Rev 1.2", url="https://t/x/plan.dwg"), None, "Rev 1.2.dwg"),
        (attachment(name="Terms No. 5", url="https://t/x/5"), "", "Terms No. 5"),
        (attachment(name="Offer.pdf"), "archive.7z", "archive.7z"),
    ],
)
def test_a_name_comes_from_header_label_url_and_id(named: Attachment, suggested: str | None, name: str) -> None:
    assert attachment_name(named, suggested) == name


def test_equal_names_are_numbered_before_the_extension() -> None:
    assert unique_name("A.pdf", {"a.pdf", "a (2).pdf"}) == "A (3).pdf"


@pytest.mark.parametrize(
    ("raw", "work", "done"),
    [
        ("PO15262984", "PO15262984__WORK", "PO15262984_COMPLETED"),
        ("pm12", "PM12__WORK", "PM12_COMPLETED"),
        ("12", "PO_12__WORK", "PO_12_COMPLETED"),
    ],
)
def test_folders_are_named_by_the_shown_number(raw: str, work: str, done: str) -> None:
    number = OrderNumber.parse(raw)
    assert work_folder(number) == work
    assert outcome_folder(number, Outcome.COMPLETED) == done


def test_the_supplier_stands_where_the_hierarchy_leaves_it_room() -> None:
    assert folder_path(("EMEA", None), "ACME", "x") == PurePosixPath("EMEA/ACME/x")
    assert folder_path((None,), "", "x") == PurePosixPath("Unknown/x")
    assert folder_path((" ",), "ACME", "x") == PurePosixPath("Unknown/x")
    assert folder_path((), "ACME", "x") == PurePosixPath("x")
    assert folder_path(("a/b",), "", "x") == PurePosixPath("a-b/x")


@pytest.mark.parametrize(
    "name", ["a.pdf", "Offer 12-b.final.docx", "x" * 200, "CON", "nul.txt", "com1 .pdf", "AUX-1", "CLOCK"]
)
def test_a_plain_name_comes_out_as_any_text_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    safe = naming.safe_name(name, fallback="f")
    monkeypatch.setattr(naming, "_SAFE", re.compile("(?!)"))
    assert naming.safe_name(name, fallback="f") == safe


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("run.lnk", "run.lnk.download"),
        ("icons.SCF", "icons.SCF.download"),
        ("x.url", "x.url.download"),
        ("x.library-ms", "x.library-ms.download"),
        ("x.search-ms", "x.search-ms.download"),
        ("x.searchConnector-ms", "x.searchConnector-ms.download"),
        ("app.exe.local", "app.exe.local.download"),
        ("x.{20D04FE0-3AEA-1069-A2D8-08002B30309D}", "x.{20D04FE0-3AEA-1069-A2D8-08002B30309D}.download"),
        ("run.lnk. ", "run.lnk.download"),
        ("run.l\u200bnk", "run.lnk.download"),
        ("../desktop.ini", "_desktop.ini"),
        ("Desktop.INI", "_Desktop.INI"),
        ("autorun.inf", "_autorun.inf"),
        ("Thumbs.db", "_Thumbs.db"),
        ("start.desktop", "start.desktop.download"),
    ],
)
def test_a_name_on_which_systems_act_by_themselves_is_made_harmless(text: str, name: str) -> None:
    assert file_name(text, fallback="f") == name
    assert is_made_harmless(name)
    assert attachment_name(attachment(name=text), None) == name
    assert attachment_name(attachment(), text) == name


@pytest.mark.parametrize("name", ["setup.exe", "a.pdf", "desktop.ini.txt", "lnk", "url.pdf", "x.download", "_a.pdf"])
def test_a_name_that_a_person_must_open_is_left(name: str) -> None:
    assert file_name(name, fallback="f") == name
    assert not is_made_harmless(name)


@given(any_text)
@example("x" * 300 + ".lnk")
@example("b.{a}")
def test_no_text_becomes_a_name_that_acts(text: str) -> None:
    name = file_name(text, fallback="f")
    assert is_legal(name)
    assert file_name(name, fallback="f") == name
    assert not name.lower().endswith((".lnk", ".scf", ".url", ".{a}"))


def test_our_own_shortcut_stays_one() -> None:
    shortcut = attachment(name="Shop", kind=AttachmentKind.URL, url="https://x")
    assert attachment_name(shortcut, None) == "Shop.url"


def test_what_the_disk_cannot_write_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "_DISK", "iso8859-1")
    assert safe_name("€ rates für Kürze.pdf", fallback="f") == "_ rates für Kürze.pdf"
    assert safe_name("図面.dwg", fallback="f").encode("iso8859-1").endswith(b".dwg")


@pytest.mark.parametrize("shown", ["po15262993", "Po15262993", "PO15262993"])
def test_an_orders_folders_are_in_capitals_however_the_sheet_spells_it(shown: str) -> None:
    number = OrderNumber.parse(shown)
    assert number.shown == shown
    assert outcome_folder(number, Outcome.COMPLETED) == "PO15262993_COMPLETED"
    assert work_folder(number) == "PO15262993__WORK"
    assert outcome_folder(OrderNumber.parse("us0158122"), Outcome.PARTIAL) == "PO_US0158122_PARTIAL"
