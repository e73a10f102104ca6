"""Runs that want only some files, or none: what is left out is said, and a later run gets it."""

from __future__ import annotations

from collections import Counter

import pytest

from fixtures.catalogue import Catalogue
from tests.e2e.conftest import Site, tree
from tests.e2e.whole.test_order_data import Office, is_true, lines_of, office

pytestmark = pytest.mark.anyio
__all__ = ["office"]


def by_path(site: Site, start: str) -> Counter[str]:
    paths = (entry["path"] for entry in site.ask("log")["log"])
    return Counter(path for path in paths if path.startswith(start))


@pytest.mark.timeout(300)
async def test_what_is_left_out_is_said_and_makes_no_order_partial(office: Office) -> None:
    await office.run("out", types=("pdf", "png"), files_from=("header", "comments"))
    rows, out = office.rows("out"), office.folder / "out"
    one = rows["PO15262984"]  # a .pdf, a .docx and an .xlsx
    assert (one["STATUS"], one["ATTACHMENTS_FOUND"], one["ATTACHMENTS_DOWNLOADED"]) == ("COMPLETED", 3, 1)
    assert one["ERROR_MESSAGE"] == "2 of 3 left out by --types"
    none = rows["PO15262991"]  # a .docx, a .msg, and an .xlsx in a line
    assert (none["STATUS"], none["ATTACHMENTS_FOUND"], none["ATTACHMENTS_DOWNLOADED"]) == ("COMPLETED", 3, 0)
    assert none["ERROR_MESSAGE"] == "2 of 3 left out by --types, 1 of 3 left out by --from"
    failing = rows["PO15263001"]  # one of its two .pdf cannot be had
    assert failing["STATUS"] == "PARTIAL"
    assert "1 of 2 attachments failed" in str(failing["ERROR_MESSAGE"])
    assert "1 of 3 left out by --from" in str(failing["ERROR_MESSAGE"])
    assert not list(out.glob("**/PO15262991*"))
    kept = [path for path, digest in tree(out).items() if digest != "folder"]
    assert {path.rpartition(".")[2].lower() for path in kept} == {"pdf", "png"}
    assert not by_path(office.site, "/requisition_headers/")


@pytest.mark.timeout(300)
async def test_without_files_pages_are_read_once_and_a_later_run_downloads(
    office: Office, catalogue: Catalogue
) -> None:
    summary = await office.run("out", no_files=True, data=("all",))
    assert not by_path(office.site, "/attachment/")
    is_true(office, "out", catalogue, status=None)
    truth = {order["number"]: order for order in catalogue.truth()}
    for number, order in truth.items():
        row = office.rows("out")[number]
        waits = order["found"] > 0
        assert row["STATUS"] == ("PENDING" if waits else order["outcome"]), number
        assert (row["ATTACHMENTS_FOUND"], row["ATTACHMENTS_DOWNLOADED"]) == (order["found"], 0), number
        assert ("--no-files" in str(row["ERROR_MESSAGE"])) == waits, number
    assert summary.exit_code == 1  # the sample has orders that are not found
    assert summary.read == sum(order["found"] > 0 for order in truth.values())
    folders = [path for path in tree(office.folder / "out") if "PO" in path]
    assert all(path.endswith("_FAILED") for path in folders)

    office.site.ask("reset", {})
    await office.run("out", no_files=True, data=("all",))
    assert not by_path(office.site, "/order_headers/")

    await office.run("out", data=("all",))
    is_true(office, "out", catalogue)
    for number, order in truth.items():
        assert office.rows("out")[number]["ATTACHMENTS_DOWNLOADED"] == order["downloaded"], number


@pytest.mark.timeout(300)
async def test_data_is_asked_for_again_without_fetching_a_file_twice(office: Office, catalogue: Catalogue) -> None:
    await office.run("out")
    files, before = tree(office.folder / "out"), office.rows("out")
    office.site.ask("reset", {})
    await office.run("out", data=("all",))
    assert not by_path(office.site, "/order_headers/")
    assert office.rows("out")["PO15262984"]["COUPA_STATUS"] is None
    assert any("--refresh-data" in text for text in office.warnings)
    await office.run("out", data=("all",), lines=True, refresh_data=True)
    assert not by_path(office.site, "/attachment/")
    lines = lines_of(office.folder / "out" / "sample.xlsx")
    assert {number: len(lines[number]) for number in ("PO15262984", "PM15262986")} == {
        "PO15262984": 2,
        "PM15262986": 40,
    }
    pages = by_path(office.site, "/order_headers/")
    assert pages["/order_headers/15262984"] == 1
    assert "/order_headers/15263000" not in pages  # was not found; a retry asks again
    rows = office.rows("out")
    assert {number: {name: rows[number][name] for name in row} for number, row in before.items()} == before
    assert tree(office.folder / "out") == files
    shown = {"COMPLETED", "NO_ATTACHMENTS", "PARTIAL"}
    is_true(office, "out", catalogue, only=shown)
    assert not any("--refresh-data" in text for text in office.warnings)
