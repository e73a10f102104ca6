"""The lane api where the tenant's API gives trouble: each order its one true outcome, nothing lost without a word."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from coupa_async.domain.outcome import Outcome
from fixtures.faults import Fault
from tests.app.api_office import Office, opened

pytestmark = pytest.mark.anyio
# One with three files, one with files of comments, one that is not found, one that takes its requisition's.
FEW = ("15262984", "15262985", "15263000", "15262998")
TRUTH = {"15262984": 3, "15262985": 3, "15263000": 0, "15262998": 2}
ORDERS = "/api/purchase_orders"


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    async with opened(tmp_path, monkeypatch) as it:
        yield it


def is_true(office: Office, out: str) -> bool:
    found = office.results(out)
    wanted = {key: Outcome.COMPLETED if files else Outcome.PO_NOT_FOUND for key, files in TRUTH.items()}
    assert {key: (result.outcome, len(result.saved)) for key, result in found.items()} == {
        key: (wanted[key], files) for key, files in TRUTH.items()
    }, {key: result.error for key, result in found.items()}
    return office.site.violations == []


async def test_numbers_share_requests_and_files_cost_one_each(office: Office) -> None:
    await office.run("out", only=FEW)
    asked = office.asked()
    assert is_true(office, "out")
    assert asked[f"{ORDERS}/N/attachments/N"] + asked["/api/requisitions/N/attachments/N"] == sum(TRUTH.values())
    assert asked["file"] == 0
    # A probe; the numbers together; two of them again to believe it; what is not there again; a probe of that.
    assert asked[ORDERS] <= 6 + 4
    token = office.folder / "state.token.json"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    await office.run("again", only=FEW)
    assert office.site.api.oauth.asked == 1


async def test_a_token_that_is_revoked_again_and_again_costs_no_order(office: Office) -> None:
    office.site.api.oauth.uses = 6
    summary = await office.run("out", only=FEW)
    assert is_true(office, "out")
    assert summary.error is None
    assert office.site.api.oauth.asked > 2


@pytest.mark.parametrize(
    ("given", "dials", "told"),
    [
        ({"client_secret": SecretStr("wrong")}, {}, "COUPA_CLIENT_ID and COUPA_CLIENT_SECRET are not accepted"),
        ({}, {"scopes": frozenset({"core.purchase_order.read"})}, "no scope core.requisition.read core.comment.read"),
        ({"scopes": ("core.comment.read",)}, {}, "lacks the scope core.purchase_order.read"),
        ({}, {"rests_s": 1e9}, "gives a token, and then does not take it"),
    ],
)
async def test_where_no_token_can_be_had_the_run_says_why_and_all_orders_stay_pending(
    office: Office, given: dict[str, object], dials: dict[str, object], told: str
) -> None:
    for name, value in dials.items():
        setattr(office.site.api.oauth, name, value)
    summary = await office.run("out", only=FEW, **given)  # type: ignore[arg-type]
    assert summary.exit_code == 3
    assert told in str(summary.error)
    assert office.results("out") == {}
    assert office.site.api.oauth.asked <= 8  # never hammered


async def test_an_address_without_an_api_ends_the_run_before_any_order(office: Office) -> None:
    office.site.faults.put("/oauth2/token", Fault(kind="status", status=404))
    summary = await office.run("out", only=FEW)
    assert summary.exit_code in (3, 4)
    assert "not with a token: check COUPA_BASE_URL" in str(summary.error)
    assert office.results("out") == {}


async def signed_in(office: Office) -> None:
    """Have a person's sign-in at hand."""
    await office.run("before", "direct", only=FEW[:1])


@pytest.mark.parametrize("has_person", [False, True])
async def test_a_file_that_the_api_refuses_comes_from_its_page_where_somebody_has_signed_in(
    office: Office, has_person: bool
) -> None:
    if has_person:
        await signed_in(office)
    office.site.faults.put(f"{ORDERS}/15262984/attachments/5001", Fault(kind="status", status=403))
    await office.run("out", only=FEW)
    if has_person:
        assert is_true(office, "out")
        return
    result = office.results("out")["15262984"]
    assert (result.outcome, len(result.saved)) == (Outcome.PARTIAL, 2)
    assert "the API answers 403, and no sign-in opens its page" in result.error


@pytest.mark.parametrize("has_person", [False, True])
async def test_comments_that_the_client_may_not_see_make_an_order_partial_or_come_from_its_page(
    office: Office, has_person: bool
) -> None:
    if has_person:
        await signed_in(office)
    scopes = ("core.purchase_order.read", "core.requisition.read")
    await office.run("out", only=FEW, scopes=scopes)
    found = office.results("out")
    if has_person:
        assert is_true(office, "out")
        assert "core.comment.read" in found["15262985"].fallback_reason
        return
    outcomes = {key: found[key].outcome for key in FEW[:2]}
    assert outcomes == {"15262984": Outcome.PARTIAL, "15262985": Outcome.PARTIAL}
    assert "ask for the scope core.comment.read" in found["15262985"].error


@pytest.mark.parametrize("opens", [False, True])
async def test_where_the_api_gives_records_and_no_bytes_files_come_from_their_own_addresses(
    office: Office, opens: bool
) -> None:
    office.site.api.dials.gives_bytes = False
    office.site.api.dials.opens_files = opens
    if not opens:
        await signed_in(office)
    await office.run("out", only=FEW, workers=1, tabs=1)
    assert is_true(office, "out")
    # Twice for each of the first order's three, which begin together; then they have shown where files are.
    assert office.asked()[f"{ORDERS}/N/attachments/N"] <= 6


@pytest.mark.parametrize("way", ["refused", "ignored", "half"])
async def test_a_tenant_that_does_not_know_many_numbers_at_once_is_asked_one_by_one(office: Office, way: str) -> None:
    office.site.api.dials.in_operator = way
    await office.run("out", only=FEW)
    assert is_true(office, "out")


async def test_empty_lists_are_not_believed_before_one_was_seen_that_is_not(office: Office) -> None:
    office.site.api.dials.nests = False
    await office.run("out", only=FEW)
    assert is_true(office, "out")


CUTS = ["order.attachments=0", "order.attachments=1", "order.order_lines=0", "order.order_lines=1"]


@pytest.mark.parametrize("by_id", [False, True], ids=["lookups", "always"])
@pytest.mark.parametrize("cuts", [*CUTS, "order.order_lines.attachments=0"])
async def test_lists_in_records_that_are_cut_short_cost_no_file(office: Office, cuts: str, by_id: bool) -> None:
    office.site.api.dials.cuts, office.site.api.dials.cuts_by_id = cuts, by_id
    await office.run("out", only=(*FEW, "15262991"))
    found = office.results("out")
    kept = found.pop("15262991")
    assert (kept.outcome, [file.place for file in kept.saved]) == (
        *(Outcome.COMPLETED, ["header", "header", "line 1"]),
    )
    assert {key: len(result.saved) for key, result in found.items()} == TRUTH
    assert not [result.error for result in found.values() if "may have more" in result.error]


@pytest.mark.parametrize("lists", ["refused", "ignored"])
async def test_lines_that_are_cut_and_not_to_be_had_by_themselves_are_said_to_be_more(
    office: Office, lists: str
) -> None:
    office.site.api.dials.cuts, office.site.api.dials.lists_lines = "order.order_lines=12", lists
    await office.run("out", only=("15262996",), data=("all",))
    result = office.results("out")["15262996"]
    assert "it may have more than 12 lines" in result.error
    assert result.data.field("total") == ""


async def test_an_api_that_never_shows_an_attachment_of_a_line_or_comment_is_warned_of(office: Office) -> None:
    office.site.api.dials.cuts = "order.order_lines.attachments=0,requisition.requisition_lines.attachments=0"
    office.site.api.dials.lists_lines = "refused"
    await office.run("out", "api")
    assert [text for text in office.warnings if "not shown an attachment of any line yet" in text]


@pytest.mark.parametrize("lacks", ["order.attachments", "order.order_lines", "requisition.attachments"])
@pytest.mark.parametrize("lists", ["known", "refused"])
async def test_a_field_that_is_missing_is_asked_for_by_itself_or_missed_aloud(
    office: Office, lacks: str, lists: str
) -> None:
    office.site.api.dials.lacks, office.site.api.dials.lists_lines = lacks, lists
    await office.run("out", only=FEW)
    if lacks != "order.order_lines" or lists == "known":
        assert is_true(office, "out")
        return
    result = office.results("out")["15262984"]
    assert (result.outcome, len(result.saved)) == (Outcome.PARTIAL, 3)
    assert "the API does not show its lines" in result.error


@pytest.mark.parametrize("lacks", ["comment.attachments", "order.order_lines.attachments,line.attachments"])
async def test_lists_inside_of_others_that_are_missing_are_never_taken_for_empty(office: Office, lacks: str) -> None:
    office.site.api.dials.lacks = lacks
    await office.run("out", only=FEW)
    result = office.results("out")["15262985"]
    assert result.outcome is Outcome.PARTIAL
    assert "the API does not show attachments of its" in result.error


@pytest.mark.parametrize("number", ["order.id", "order.po_number"])
async def test_a_record_that_does_not_say_which_order_it_is_is_never_a_not_found(office: Office, number: str) -> None:
    office.site.api.dials.lacks = number
    await office.run("out", only=FEW[:2])
    assert {result.outcome for result in office.results("out").values()} == {Outcome.FAILED}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="status", status=502, first=2),
        Fault(kind="status", status=429, retry_after="0", first=2),
        Fault(kind="html", first=2),
        Fault(kind="truncate", first=2),
        Fault(kind="short", first=2),
        Fault(kind="reset", first=2),
        Fault(kind="empty", first=2),
    ],
    ids=lambda fault: fault.kind + str(fault.status if fault.kind == "status" else ""),
)
async def test_what_goes_wrong_for_a_while_is_asked_again(office: Office, fault: Fault) -> None:
    paths = [ORDERS, f"{ORDERS}/15262985/comments", f"{ORDERS}/15262984/attachments/5001", "/oauth2/token"]
    if fault.kind == "html":
        paths.remove(f"{ORDERS}/15262984/attachments/5001")  # in a file's place a page is an answer, in every lane
    for path in paths:
        office.site.faults.put(path, fault)
    await office.run("out", only=FEW, patience_s=20)
    assert is_true(office, "out")


async def test_comments_that_never_come_fail_their_order_and_no_other(office: Office) -> None:
    office.site.faults.put(f"{ORDERS}/15262985/comments", Fault(kind="html"))
    await office.run("out", only=FEW)
    found = office.results("out")
    assert (found["15262985"].outcome, found["15262984"].outcome) == (Outcome.FAILED, Outcome.COMPLETED)
    assert "what is not JSON" in found["15262985"].error


async def test_a_storm_of_429_costs_no_order(office: Office) -> None:
    office.site.dials.rate, office.site.dials.burst = 60, 3
    await office.run("out", only=FEW)
    assert is_true(office, "out")
    assert any(entry["status"] == 429 for entry in office.site.log)


async def test_underscores_small_pages_and_long_lists_are_read_as_well(office: Office) -> None:
    office.site.api.dials.underscores = True
    office.site.api.dials.page = 10
    office.site.api.dials.lacks = "order.attachments"
    await office.run("out", only=FEW)
    assert is_true(office, "out")
