"""Lines on several pages and prints of orders, through both browsers and the direct lane; files on later lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.e2e.conftest import Run, Site, results, served
from tests.fakes import script

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CATALOGUE = Path(__file__).with_name("lines.toml")


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with served("--catalogue", str(CATALOGUE)) as site:
        yield site


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text("PO_NUMBER\nPO20000001\nPO20000002\nPO20000003\n")
    return tmp_path / "orders.csv"


@pytest.mark.parametrize(
    ("backend", "lane"), [("playwright", "browser"), ("selenium", "browser"), ("playwright", "direct")]
)
@pytest.mark.timeout(120)
def test_all_lines_all_their_files_and_the_order_itself_are_there(
    coupa: Run, site: Site, orders: Path, tmp_path: Path, backend: str, lane: str
) -> None:
    how = ("--backend", backend, "--lane", lane, "--lines", "--order-pdf", "--paper", "Letter")
    done = coupa("run", orders, "-o", tmp_path / "out", *how)
    assert done.returncode == 0, done.stdout + done.stderr
    assert site.ask("log")["violations"] == []
    found = results(tmp_path / "out")
    assert [found[key].outcome for key in ("20000001", "20000002", "20000003")] == [
        *("COMPLETED", "COMPLETED", "NO_ATTACHMENTS"),
    ]
    assert [(file.name, file.place) for file in found["20000001"].saved] == [
        *(("First.pdf", "header"), ("Early.pdf", "line 3"), ("Late.pdf", "line 95")),
    ]
    assert found["20000002"].saved[0].name == "PO20000002.pdf"
    lines = (tmp_path / "out" / "orders-lines.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 97 + 20 + 2
    prints = {path.name: path for path in (tmp_path / "out").rglob("*.pdf")}
    assert {"PO20000001.pdf", "PO20000002 (2).pdf", "PO20000003.pdf"} <= prints.keys()
    reader = PdfReader(prints["PO20000001.pdf"])
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == pytest.approx([612, 792], abs=1)
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "PO20000001" in text
    assert "\n97 " in text or " 97" in text


@pytest.mark.parametrize(
    ("backend", "lane"), [("playwright", "browser"), ("selenium", "browser"), ("playwright", "direct")]
)
@pytest.mark.timeout(120)
def test_files_of_later_lines_are_there_without_lines_and_an_order_of_one_page_is_asked_for_once(
    coupa: Run, site: Site, orders: Path, tmp_path: Path, backend: str, lane: str
) -> None:
    with orders.open("a") as file:
        file.write("PO20000004\n")
    done = coupa("run", orders, "-o", tmp_path / "out", "--backend", backend, "--lane", lane)
    assert done.returncode == 0, done.stdout + done.stderr
    assert site.ask("log")["violations"] == []
    found = results(tmp_path / "out")
    assert {found[key].error for key in ("20000001", "20000002", "20000003")} == {""}
    assert [file.name for file in found["20000001"].saved] == ["First.pdf", "Early.pdf", "Late.pdf"]
    assert [(file.name, file.place) for file in found["20000004"].saved] == [("Behind.pdf", "line 18")]
    asked = [entry["path"] for entry in site.ask("log")["log"]]
    assert asked.count("/order_headers/20000003") == 1
    assert not [path for path in asked if "print_view" in path]


def test_where_no_browser_can_turn_to_later_lines_no_order_of_them_is_called_complete(
    coupa: Run, site: Site, orders: Path, tmp_path: Path
) -> None:
    site.ask("sign-in", {"mode": "none"})
    path = str(script(tmp_path / "no-browser", "exit 1"))
    own = {"COUPA_LANE": "direct", "COUPA_BROWSER_PATH": path, "COUPA_MAX_ATTEMPTS": "1"}
    done = coupa("run", orders, "-o", tmp_path / "out", **own)
    assert done.returncode == 1, done.stdout + done.stderr
    found = results(tmp_path / "out")
    assert [found[key].outcome for key in ("20000001", "20000002", "20000003")] == [
        *("PARTIAL", "PARTIAL", "NO_ATTACHMENTS"),
    ]
    assert found["20000001"].error == "15 of 97 lines were read: the others may have files"
    assert [file.name for file in found["20000001"].saved] == ["First.pdf", "Early.pdf"]
