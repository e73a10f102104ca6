"""``compare`` without a browser: the double on the recorded site, whole and broken on purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from backends.fake import recorded_site
from backends.fake.backend import Answer, Body, FakeBackend, FakeSession
from coupa_async.cli.command import parse
from coupa_async.cli.commands.compare import Compare, compare
from coupa_async.cli.main import main
from coupa_async.domain.errors import BrokenDownloadError

pytestmark = pytest.mark.anyio
# Two of the 44 files that the recorded site's orders end with.
DROPPED = ("5012", "5071")


async def run(folder: Path, *words: str, workers: int = 4) -> tuple[int, dict[str, Any]]:
    common = ["--backends", "double", "--repeat", "1", "--workers", str(workers), "-o", str(folder)]
    code = await compare(parse(Compare, [*common, *words]))
    found: dict[str, Any] = json.loads((folder / "compare.json").read_text())
    return code, found


def break_double(monkeypatch: pytest.MonkeyPatch, harm: Any) -> set[str]:
    """Have one file in twenty go wrong, however often it is asked for."""
    whole, struck = recorded_site.answers, set[str]()

    def broken(base_url: str) -> FakeBackend:
        ask = whole(base_url)

        async def answer(url: str, session: FakeSession) -> Answer:
            got = await ask(url, session)
            if not isinstance(got, Body):
                return got
            if not any(f"/{item}/" in url for item in DROPPED):
                return got
            struck.add(url)
            harmed: Answer = harm(got)
            return harmed

        return FakeBackend(answer)

    monkeypatch.setattr(recorded_site, "recorded_backend", broken)
    return struck


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the double take as long as a quick tenant does: else it is done before any harm comes."""
    whole = recorded_site.answers

    def slowed(base_url: str) -> FakeBackend:
        ask = whole(base_url)

        async def answer(url: str, session: FakeSession) -> Answer:
            await anyio.sleep(0.05)
            return await ask(url, session)

        return FakeBackend(answer)

    monkeypatch.setattr(recorded_site, "recorded_backend", slowed)


@pytest.mark.usefixtures("unhurried")
async def test_an_arm_that_tells_the_truth_holds_also_when_the_site_is_busy(tmp_path: Path) -> None:
    code, found = await run(tmp_path / "out", "--faults", "tenant-busy,session-expired", workers=1)
    assert (code, found["holds"]) == (0, {"double": True})
    assert [item["fault"] for item in found["trials"]] == ["", "session-expired", "tenant-busy"]
    assert [len(item["audits"]) for item in found["trials"]] == [25, 16, 16]
    assert all(item["recoveries_s"] for item in found["trials"][1:])
    assert not any(item["error"] or item["missed"] for item in found["trials"])
    assert not any(item["leftovers"] for item in found["trials"])
    assert (tmp_path / "out" / "compare.html").is_file()
    assert [*(tmp_path / "out").glob("runs/*/compare.log")]


@pytest.mark.usefixtures("unhurried")
async def test_sessions_that_an_sso_renews_on_the_way_cost_no_order_anything(tmp_path: Path) -> None:
    words = ("--backends", "double", "--repeat", "2", "--workers", "2", "--faults", "session-expired")
    assert await compare(parse(Compare, [*words, "-o", str(tmp_path / "out")])) == 0
    told = {path.parent.name: path.read_text() for path in (tmp_path / "out").glob("runs/*/*session-expired*/run.log")}
    assert [name.partition("-")[0] for name, log in told.items() if "led through a sign-in" in log] == ["02"]
    assert len(told) == 2


async def test_a_double_that_drops_one_file_in_twenty_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(body: Body) -> BrokenDownloadError:
        return BrokenDownloadError("broke off at /x.pdf?supplier_view_key=5568a42fdb")

    struck = break_double(monkeypatch, refuse)
    code, found = await run(tmp_path / "out", "--faults", "none", "--report", str(tmp_path / "report.md"))
    assert (code, found["holds"]) == (1, {"double": False})
    wrong = [item for item in found["trials"][0]["audits"] if item["wrong"]]
    assert len(wrong) == len(struck) == 2
    assert "told something wrong" in (tmp_path / "out" / "compare.html").read_text()
    assert "view_key=***" in (tmp_path / "out" / "compare.json").read_text()
    for name in ("compare.json", "compare.html"):
        assert "5568a42fdb" not in (tmp_path / "out" / name).read_text(), "a view key opens the file to anybody"
    told = (tmp_path / "report.md").read_text()
    assert "**double told something wrong" in told
    assert f"| no fault | double | 1 | {25 - len(wrong)}/25 |" in told


async def test_a_double_that_changes_one_file_in_twenty_without_a_word_is_found_by_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bend(body: Body) -> Body:
        middle = len(body.data) // 2
        changed = bytes([body.data[middle] ^ 1])
        return Body(data=body.data[:middle] + changed + body.data[middle + 1 :], name=body.name)

    struck = break_double(monkeypatch, bend)
    code, found = await run(tmp_path / "out", "--faults", "none")
    assert code == 1
    (measure,) = found["measures"]
    assert (measure["wrong"], measure["damaged"]) == (0, len(struck))
    damage = [text for item in found["trials"][0]["audits"] for text in item["damage"]]
    assert all(text.endswith("not its true bytes") for text in damage)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--faults", "gremlins"], "fault 'gremlins' is not known"),
        (["--lanes", "train"], "lane 'train' is not known"),
        (["--backends", ","], "nothing to compare"),
        (["--backends", "netscape"], "backend 'netscape' is not known"),
        (["orders.xlsx", "--backends", "playwright", "--faults", "all"], "faults are done to the recorded site only"),
    ],
)
def test_what_cannot_be_compared_is_one_line(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    backends = [] if "--backends" in words else ["--backends", "double"]
    assert main(["compare", *words, *backends]) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
