from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from coupa_async.services.files.archive import zip_chunks


def test_chosen_folders_are_in_the_zip_under_their_names_and_nothing_else_is(tmp_path: Path) -> None:
    root = tmp_path / "out"
    for name in ("Região/PO1_COMPLETED", "PO2_FAILED", "PO3_COMPLETED"):
        (root / name).mkdir(parents=True)
        (root / name / "a file.pdf").write_bytes(name.encode() * 1000)
    (tmp_path / "secret.txt").write_text("no")
    (root / "PO3_COMPLETED" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "PO3_COMPLETED" / "inside.pdf").symlink_to(root / "PO2_FAILED" / "a file.pdf")
    (root / "outside").symlink_to(tmp_path)
    asked = ["Região/PO1_COMPLETED", "PO3_COMPLETED", "not there", "..", "../..", "outside", ".", ""]
    with ZipFile(BytesIO(b"".join(zip_chunks(root, asked)))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Região/PO1_COMPLETED/a file.pdf", "PO3_COMPLETED/a file.pdf"]
        assert archive.read("PO3_COMPLETED/a file.pdf") == b"PO3_COMPLETED" * 1000


def test_a_large_file_goes_piece_by_piece(tmp_path: Path) -> None:
    (tmp_path / "PO1").mkdir()
    with (tmp_path / "PO1" / "large").open("wb") as file:
        file.truncate(20 * 2**20)
    sizes = [len(chunk) for chunk in zip_chunks(tmp_path, ["PO1"])]
    assert sum(sizes) > 20 * 2**20
    assert max(sizes) < 2 * 2**20
