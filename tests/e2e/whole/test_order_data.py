"""Orders' data from the recorded site's pages into the workbook: true, without a request more, and kept."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from pydantic import SecretStr

from coupa_async.app.compose import recorded_backend
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.runs.run_orders import run_orders
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.events import Event, Warned
from coupa_async.domain.selection import EVERYTHING, Selection
from fixtures.catalogue import Catalogue
from tests.e2e.conftest import Site, cells, tree

pytestmark = pytest.mark.anyio
CHANGING = ("LAST_PROCESSED", "DOWNLOAD_FOLDER")


class Office:
    """Runs of one sheet on the recorded site, without a browser."""

    def __init__(self, site: Site, sample: Path, folder: Path) -> None:
        self.site, self.sample, self.folder = site, sample, folder
        self.warnings: list[str] = []

    async def run(self, out: str, *, fresh: bool = False, **given: object) -> Summary:
        settings = Settings.read(
            base_url=self.site.where["base_url"],
            username=self.site.where["username"],
            password=SecretStr(self.site.where["password"]),
            sign_in_origins=(self.site.where["sso_url"],),
            storage_state=self.folder / "state.json",
            output_dir=self.folder / out,
            workers=2,
            settle_s=1,
            **given,
        )
        selection = Selection(due=EVERYTHING) if fresh else Selection()
        self.warnings.clear()

        def note(event: Event, /) -> None:
            if isinstance(event, Warned) and event.is_lasting:
                self.warnings.append(event.text)

        return await run_orders(RunRequest(settings=settings, input=self.sample, selection=selection), [note])

    def rows(self, out: str) -> dict[str, dict[str, object]]:
        found = cells(self.folder / out / "sample.xlsx", without=CHANGING)
        return {str(row["PO_NUMBER"]).strip(): row for row in found}

    def asked(self) -> Counter[str]:
        """What was asked for, but for what a sign-in asks."""
        paths = (entry["path"] for entry in self.site.ask("log")["log"])
        return Counter(path for path in paths if path.startswith(("/order_headers/", "/requisition_", "/attachment/")))


@pytest.fixture
def office(site: Site, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    backend = recorded_backend(site.where["base_url"])
    monkeypatch.setattr("coupa_async.app.runs.run_orders.find_backend", lambda settings: (backend, []))
    return Office(site, sample, tmp_path)


def shown(value: object) -> str:
    """A cell as the truth has it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else f"{value:.2f}" if isinstance(value, int | float) else str(value)


def is_true(
    office: Office, out: str, catalogue: Catalogue, *, status: str | None = "outcome", only: Collection[str] = ()
) -> None:
    """Hold the data of a run's workbook against the truth; of orders with some outcomes alone, if these are given."""
    rows = office.rows(out)
    for order in catalogue.truth():
        row = rows[order["number"]]
        assert status is None or row["STATUS"] == order[status]
        if only and order["outcome"] not in only:
            continue
        found = {name: shown(value) for name, value in row.items() if name in order["data"]}
        assert found == order["data"], order["number"]
        if not order["data"]:
            assert not any(row[f"COUPA_{name}"] for name in ("STATUS", "TOTAL", "ORDER_DATE")), order["number"]


@pytest.mark.timeout(300)
async def test_data_is_true_costs_no_request_and_is_kept(office: Office, catalogue: Catalogue) -> None:
    await office.run("plain")
    without, asked = office.rows("plain"), office.asked()
    office.site.ask("reset", {})
    await office.run("data", data=("all", "PR Type", "Tipo de RC"))
    assert office.asked() == asked
    is_true(office, "data", catalogue)
    rows = office.rows("data")
    assert {number: {name: rows[number][name] for name in row} for number, row in without.items()} == without
    assert rows["PO15262984"]["COUPA_PR_TYPE"] == catalogue.orders["15262984"].data.custom["PR Type"]
    assert tree(office.folder / "data") == tree(office.folder / "plain")
    assert not [text for text in office.warnings if "--data" in text or "stay text" in text]

    (office.folder / "data" / "sample.xlsx").unlink()
    office.site.ask("reset", {})
    await office.run("data", data=("basic", "Plant", "No such"))
    assert office.asked() == Counter()
    row = office.rows("data")["PO15262984"]
    assert row["COUPA_PLANT"] == catalogue.orders["15262984"].data.custom["Plant"]
    assert "--data: no order's page has a field 'No such'" in office.warnings
    assert "COUPA_HIDE_PRICE" not in row


@pytest.mark.timeout(300)
async def test_the_manifest_has_every_file_where_it_stood_and_equal_files_can_be_links(
    office: Office, catalogue: Catalogue
) -> None:
    await office.run("out", link_duplicates=True)
    out = office.folder / "out"
    rows = list(csv.DictReader((out / "manifest.csv").read_text("utf-8-sig").splitlines()))
    truth = {(order["number"], file["id"]): file for order in catalogue.truth() for file in order["files"]}
    assert {(row["order"], row["attachment id"]) for row in rows} == set(truth)
    for row in rows:
        path, wanted = out / row["path"], truth[row["order"], row["attachment id"]]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["SHA-256"]
        assert (path.stat().st_size, path.name) == (int(row["bytes"]), row["name"].removeprefix("'"))
        if wanted["place"]:
            assert (row["source"], row["intent"]) == (f"{wanted['source']} {wanted['place']}", wanted["intent"])
    digests = Counter(row["SHA-256"] for row in rows if int(row["bytes"]))
    for row in rows:
        assert (out / row["path"]).stat().st_nlink == max(digests[row["SHA-256"]], 1)
    assert {row["source"] for row in rows} >= {"order header", "order line 1", "order comment", "requisition line 1"}


LINES = "COUPA_LINES"


def lines_of(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of the sheet of lines by order, as the truth has them."""
    header, *rows = openpyxl.load_workbook(path)[LINES].iter_rows(values_only=True)
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        line = {str(name): value for name, value in zip(header, row, strict=True)}
        found.setdefault(str(line.pop("ORDER")), []).append({name: plain(value) for name, value in line.items()})
    return found


def plain(value: object) -> str:
    """A cell without what a number's form says."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return (
        ""
        if value is None
        else f"{Decimal(str(value)).normalize():f}"
        if isinstance(value, int | float)
        else str(value)
    )


def with_every_name(rows: list[dict[str, str]], names: Collection[str]) -> list[dict[str, str]]:
    """Lines of the truth in the form of the sheet, which has all columns for all."""
    typed = ("QUANTITY", "PRICE", "TOTAL", "RECEIVED", "INVOICED")
    return [{name: plain(float(row[name])) if name in typed else row.get(name, "") for name in names} for row in rows]


@pytest.mark.timeout(300)
async def test_every_line_is_true_in_a_sheet_of_its_own_and_is_kept(office: Office, catalogue: Catalogue) -> None:
    await office.run("out", lines=True)
    book = office.folder / "out" / "sample.xlsx"
    orders = catalogue.orders.values()
    plain = {f"/order_headers/{order.key}" for order in orders if order.shows_data and not order.fault}
    more = {path for path, count in office.asked().items() if count > 1} & plain
    assert more == {"/order_headers/15262986", "/order_headers/15262996"}  # more lines than a page shows
    found = lines_of(book)
    names = list(next(iter(found.values()))[0])
    truth = {order["number"]: with_every_name(order["lines"], names) for order in catalogue.truth() if order["lines"]}
    assert {number: len(rows) for number, rows in found.items()} == {
        number: len(rows) for number, rows in truth.items()
    }
    assert found == truth
    assert max(map(len, truth.values())) == 97
    assert not [text for text in office.warnings if LINES in text]
    assert not [row for row in office.rows("out").values() if "lines were" in str(row["ERROR_MESSAGE"])]

    office.site.ask("reset", {})
    book.unlink()
    await office.run("out", lines=True)
    assert office.asked() == Counter()
    assert lines_of(book) == found
