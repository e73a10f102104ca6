"""``record`` without a browser: what it refuses, and that it then writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.fake.backend import FakeBackend, FakeSession
from coupa_async.cli.commands import record
from coupa_async.cli.main import main
from coupa_async.ports import Document
from tests.domain.pages.test_page import BASE, file_item, order_html


def answer(url: str, session: FakeSession) -> Document:
    html = order_html(file_item(5))
    if url.endswith("/2"):  # a supplier whose name is made of words of structure, which stay in classes
        html = order_html(file_item(5), '<div class="data-center"></div>').replace("ACME  Ltd", "Data Center")
    return Document(url=url, html=html, status=200)


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUPA_BASE_URL", BASE)
    monkeypatch.setattr(record, "find_backend", lambda settings: (FakeBackend(answer), []))


@pytest.mark.usefixtures("double")
def test_pages_and_their_catalogue_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "PO1", "1", "3", "-o", "kept"]) == 0
    pages = sorted(path.name for path in (tmp_path / "kept" / "pages").iterdir())
    assert len(pages) == 2
    assert (tmp_path / "kept" / "catalogue.toml").read_text().count("[[order]]") == 2
    told = capsys.readouterr().err
    assert "2 pages in kept; replaced: 6 file, 10 id, 4 text" in told
    assert "ACME" not in told


@pytest.mark.usefixtures("double")
def test_one_doubt_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "1", "2", "-o", "kept"]) == 1
    told = capsys.readouterr().err
    assert told.splitlines() == [
        "coupa-async: not written: the scrubbed pages still hold a supplier's name, in an id or a class (1 of them)"
    ]
    assert not (tmp_path / "kept").exists()


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("words", [["record"], ["record", "ABC"], ["record", "1", "-o", "taken/x"]])
def test_what_cannot_be_done_is_one_line_and_exit_2(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    assert main(words) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
