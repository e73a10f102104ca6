"""The sample workbook through a real browser: what the catalogue says is true is what comes of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from coupa_async.domain.files.naming import folder_path, outcome_folder
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import Outcome
from fixtures.catalogue import Catalogue
from tests.e2e.conftest import BACKENDS, Run, Site, cells, tree

pytestmark = pytest.mark.browser


def test_the_truth_of_every_order_is_told_by_folder_workbook_and_summary(
    coupa: Run, site: Site, sample: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    done = coupa("run", sample, "-o", "out", "--workers", "2", "--json")
    assert done.returncode == 1, done.stderr
    out, rows = (
        tmp_path / "out",
        {str(row["PO_NUMBER"]).strip(): row for row in cells(tmp_path / "out" / "sample.xlsx")},
    )
    told = json.loads(done.stdout.splitlines()[-1])
    truth = catalogue.truth()
    wanted = Counter(order["outcome"] for order in truth)
    assert told["outcomes"] == dict(wanted)
    assert (told["total"], told["exit_code"], told["restarts"]) == (len(truth), 1, 0)
    assert told["bad_rows"] == 1
    assert told["files"] == sum(order["downloaded"] for order in truth)
    for order in truth:
        row, number = rows[order["number"]], OrderNumber.parse(order["number"])
        assert row["STATUS"] == order["outcome"]
        assert (row["ATTACHMENTS_FOUND"], row["ATTACHMENTS_DOWNLOADED"]) == (order["found"], order["downloaded"])
        assert str(row["COUPA_URL"]).endswith(f"/order_headers/{number.key}")
        leaf = outcome_folder(number, Outcome(order["outcome"]))
        folder = out / folder_path((order["region"], order["buyer"]), "", leaf)
        has_folder = order["outcome"] not in ("NO_ATTACHMENTS", "PO_NOT_FOUND")
        assert folder.is_dir() == has_folder
        assert (row["DOWNLOAD_FOLDER"] or "") == (str(folder) if has_folder else "")
        files = {path.name: path for path in folder.iterdir()} if has_folder else {}
        assert len(files) == order["downloaded"]
        hashes = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in files.values())
        assert not Counter(file["sha256"] for file in order["files"] if file["sha256"]) - hashes
        assert {file["name"] for file in order["files"] if file["name"]} <= set(files)
        is_said = order["requisition"] or not Outcome(order["outcome"]).is_good
        assert bool(row["ERROR_MESSAGE"]) == is_said
    assert rows["15262984"]["STATUS"] == rows["PO15262984"]["STATUS"]  # one order in two rows
    assert rows["ABC"]["STATUS"] == "NOT_AN_ORDER"
    page = out / "report.html"
    assert told["report"] == str(page)
    assert all(f'"{order["number"]}","{order["outcome"]}"' in page.read_text() for order in truth)
    log = site.ask("log")
    assert log["violations"] == []
    assert len([entry for entry in log["log"] if entry["path"] == "/order_headers/15262984"]) == 1
    assert {path.name for path in (out / "snapshots").iterdir()} >= {"PO15263007_FAILED.html", "PO15263007_FAILED.png"}


def test_nothing_secret_is_in_what_a_run_leaves(coupa: Run, site: Site, sample: Path, tmp_path: Path) -> None:
    coupa("run", sample, "-o", "out", COUPA_STORAGE_STATE=str(tmp_path / "state.json"))
    state = tmp_path / "state.json"
    session = next(
        load["value"] for load in json.loads(state.read_text())["cookies"] if load["name"] == "_coupa_session"
    )
    assert state.stat().st_mode & 0o077 == 0
    texts = [
        path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file() and path.parent.name != "snapshots"
    ]
    for secret in (session, site.where["password"]):
        assert not any(secret.encode() in text for text in texts)
    log = (tmp_path / "out" / "run.log").read_text()
    assert "OrderFinished" in log
    assert "supplier_view_key" not in log


def test_a_finished_run_asks_for_nothing_when_run_again(coupa: Run, site: Site, sample: Path, tmp_path: Path) -> None:
    coupa("run", sample, "-o", "out", "--workers", "2")
    before, rows, asked = tree(tmp_path / "out"), cells(tmp_path / "out" / "sample.xlsx"), site.requests
    again = coupa("run", sample, "-o", "out", "--json")
    assert site.requests == asked
    assert again.returncode == 1
    assert json.loads(again.stdout)["total"] == 25
    assert tree(tmp_path / "out") == before
    assert cells(tmp_path / "out" / "sample.xlsx") == rows


def test_a_sheet_that_is_all_completed_is_left_alone_unless_fresh(coupa: Run, site: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "orders.csv"
    header = "PO_NUMBER;STATUS;ATTACHMENTS_FOUND;ATTACHMENTS_DOWNLOADED;LAST_PROCESSED"
    sheet.write_text(f"{header}\r\nPO15262984;COMPLETED;2;2;2025-06-01 12:30:05\r\n")
    assert coupa("run", sheet, "-o", "out").returncode == 0
    assert site.requests == 0
    assert coupa("run", sheet, "-o", "out", "--fresh").returncode == 0
    assert site.requests > 0
    assert (tmp_path / "out" / "Northwind Paper" / "PO15262984_COMPLETED" / "Terms.docx").is_file()


@pytest.mark.parametrize("mode", ["sso", "none"])
def test_an_sso_on_another_origin_is_signed_in_to_once(coupa: Run, site: Site, tmp_path: Path, mode: str) -> None:
    site.ask("sign-in", {"mode": mode})
    sheet = tmp_path / "orders.csv"
    sheet.write_text("PO\n15262984\n15262985\n15262990\n")
    done = coupa("run", sheet, "-o", "out", "--workers", "3", "--json")
    assert done.returncode == 0, done.stderr
    assert site.ask("log/count")["tries"] == (1 if mode == "sso" else 0)
    assert site.ask("log")["violations"] == []


@BACKENDS
@pytest.mark.parametrize(
    ("trouble", "password", "story"),
    [("", "wrong", "Invalid user name or password"), ("locked", "", "locked"), ("mfa", "", "authenticator")],
)
def test_a_refused_sign_in_is_exit_3_after_one_try(
    coupa: Run, site: Site, tmp_path: Path, backend: str, trouble: str, password: str, story: str
) -> None:
    site.ask("sign-in", {"trouble": trouble})
    sheet = tmp_path / "orders.csv"
    sheet.write_text("PO\n15262984\n15262985\n")
    more = {"COUPA_PASSWORD": password} if password else {}
    done = coupa("run", sheet, "-o", "out", "--workers", "2", "--backend", backend, "--json", **more)
    assert done.returncode == 3
    assert story in done.stderr
    assert json.loads(done.stdout)["outcomes"] == {"PENDING": 2}
    assert site.ask("log/count")["tries"] == 1
    site.ask("sign-in", {"trouble": ""})
    assert coupa("run", sheet, "-o", "out").returncode == 0  # a later run resumes
