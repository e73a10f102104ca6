"""The encodings that text files come in."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.formats.encodings import guess_encoding
from tests.services.spreadsheet.sheets import numbers, read, result, text, write

_GERMAN = "PO;Lieferant\nPO1;Müller GmbH\nPO2;Ärzte\n"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("cp1252", _GERMAN),
        ("cp1252", "PO,Supplier\nPO1,Café \u2013 \u201cBar\u201d\n"),
        ("cp1252", "PO;Fornecedor\nPO1;São João Comércio\nPO2;ÁGUA\n"),
        ("mac_roman", _GERMAN),
        ("mac_roman", "PO;Fornecedor\nPO1;São João Comércio Ltda\nPO2;Açúcar União\n"),
        ("cp850", _GERMAN),
        ("cp1250", "PO;Dostawca\nPO1;Żółć Łódź Spółka\nPO2;Příliš žluťoučký\n"),
        ("cp1251", "PO;Поставщик\nPO1;ООО Ромашка\nPO2;Завод\n"),  # noqa: RUF001
        ("shift_jis", "PO;仕入先\nPO1;株式会社テスト\nPO2;東京商事\n"),
        ("utf-16-le", _GERMAN),
        ("utf-16-be", _GERMAN),
        ("utf-8", _GERMAN),
    ],
)
def test_a_text_is_read_and_written_in_its_encoding(tmp_path: Path, encoding: str, content: str) -> None:
    path = text(tmp_path, content.encode(encoding))
    assert content.encode(encoding).decode(guess_encoding(content.encode(encoding))) == content
    worklist = read(path)
    assert numbers(worklist)[0] == "PO1"
    lines = write(worklist, result("PO1")).read_bytes().decode(encoding).splitlines()
    assert lines[1].startswith(content.splitlines()[1] + ";COMPLETED".replace(";", content[2]))
    assert any("--encoding" in item for item in worklist.warnings) == (encoding not in ("utf-8", "cp1252"))


def test_a_stated_encoding_goes_before_what_is_found(tmp_path: Path) -> None:
    path = text(tmp_path, _GERMAN.encode("cp850"))
    assert "Müller" in write(read(path, encoding="cp850"), result("PO2")).read_bytes().decode("cp850")
    with pytest.raises(WorklistError, match="--encoding: 'klingon' is not known"):
        read(path, encoding="klingon")
    with pytest.raises(WorklistError, match="row 2 is not in utf-8"):
        read(path, encoding="utf-8")


def test_lines_in_different_encodings_are_told(tmp_path: Path) -> None:
    mixed = "PO;x\nPO1;Müller\n".encode() + "PO2;Ärzte\n".encode("cp1252")
    with pytest.raises(WorklistError, match="line 2 is in UTF-8 and line 3 is not"):
        read(text(tmp_path, mixed))


def test_a_ctrl_z_at_the_end_is_no_row_and_stays(tmp_path: Path) -> None:
    worklist = read(text(tmp_path, b"PO\r\nPO1\r\n\x1a"))
    assert (numbers(worklist), worklist.bad_rows) == (["PO1"], ())
    assert write(worklist, result("PO1")).read_bytes().endswith(b"\r\n\x1a")
