"""What must be true of a world when a run of it has ended by itself: each violation is a sentence."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import openpyxl

from coupa_async.domain.files.naming import folder_path, outcome_folder
from coupa_async.domain.order import OrderNumber, normal_number
from coupa_async.domain.outcome import Outcome
from fixtures.catalogue import load
from tests.chaos.world import SHEET, World, rows

_NO_FOLDER = ("NO_ATTACHMENTS", "PO_NOT_FOUND")
_OWN_FILES = {"journal.sqlite3", "run.log", SHEET, ".coupa-async.lock", "report.html", "manifest.csv"}


def violations(world: World) -> list[str]:
    """Check everything: journal, folders, files, workbook, log, leftovers, processes, and what was said."""
    found = [*_said(world)]
    found += [*_journal(world), *_folders(world), *_workbook(world), *_leftovers(world), *_log(world), *_running(world)]
    return found + [f"the site: {text}" for text in world.ask("log")["violations"]]


def violations_so_far(world: World) -> list[str]:
    """Check a world whose run was ended half way: what has an outcome as always, what has none is told by nothing."""
    settled = world.settled()
    known = [order for order in world.truth if OrderNumber.parse(order["number"]).key in settled]
    found = [violation for violation in violations(replace(world, truth=known)) if "__WORK" not in violation]
    pending = {order["number"] for order in world.truth} - {order["number"] for order in known}
    told = [number for number, row in _by_number(world).items() if number in pending and row["STATUS"]]
    return found + [f"workbook: {number} has an outcome, in truth none" for number in told]


def asked_again(world: World, settled: frozenset[str], since: int) -> list[str]:
    """Tell the requests for orders that had an outcome before a run began.

    Args:
        world: Where.
        settled: Those orders.
        since: How many requests the site had been asked before.
    """
    files = {str(process.id): order.key for order in load().orders.values() for process in order.own()}
    found = []
    for entry in world.ask("log")["log"][since:]:
        parts = entry["path"].split("/")
        key = ""
        if parts[1] == "order_headers" and len(parts) > 2:
            key = parts[2]
        elif parts[1] == "attachment":
            key = files.get(parts[4], parts[4][:-1])  # a load order's, and one digit more
        elif parts[1:3] == ["api", "purchase_orders"] and len(parts) > 3:
            key = parts[3]
        keys = {key, *_looked_up(entry["query"])}
        found += [f"asked again for {entry['path']}, of {known} that had its outcome" for known in keys & settled]
    return found


def _looked_up(query: str) -> Iterator[str]:
    """Tell the orders that a query of the API names."""
    for name, value in parse_qsl(query):
        if name in ("po_number", "po_number[in]"):
            yield from map(normal_number, value.split(","))


def _journal(world: World) -> Iterator[str]:
    told = {key: (outcome, filed) for key, outcome, filed in rows(world, "SELECT key, outcome, filed FROM orders")}
    wanted = {OrderNumber.parse(order["number"]).key: order["outcome"] for order in world.truth}
    for key, outcome in wanted.items():
        got, filed = told.get(key, ("no outcome", 1))
        if got != outcome:
            error = rows(world, f"SELECT error FROM orders WHERE key = '{key}'")
            yield f"journal: {key} is {got}, in truth {outcome} {error}"
        if not filed:
            yield f"journal: {key} is not filed"
    yield from (f"journal: {key} is nobody's" for key in told.keys() - wanted.keys())


def _folder(world: World, order: dict[str, Any]) -> str:
    """Name the folder that an order must have; empty for none."""
    if order["outcome"] in _NO_FOLDER:
        return ""
    leaf = outcome_folder(OrderNumber.parse(order["number"]), Outcome(order["outcome"]))
    by_supplier = world.settings.get("COUPA_FOLDER_COLUMNS") == "{supplier}"
    hierarchy = (None,) if by_supplier else (order["region"] or "Unknown", order["buyer"] or "Unknown")
    return folder_path(hierarchy, order["supplier"], leaf).as_posix()


def _folders(world: World) -> Iterator[str]:
    have: dict[str, dict[str, Path]] = defaultdict(dict)
    spell = _spelling(world)
    for path in world.out.rglob("*"):
        place = path.relative_to(world.out)
        if place.parts[0] == "snapshots":
            continue
        if path.is_dir() and path.name.upper().startswith(("PO", "PM", "1526")):
            have[spell(place.as_posix())] = {spell(item.name): item for item in path.iterdir()}
        elif path.is_file() and len(place.parts) == 1 and place.name not in _OWN_FILES:
            yield f"a file of nobody's: {place}"
    journal = {
        key: (folder, [*saved])
        for key, folder in rows(world, "SELECT key, folder FROM orders")
        for saved in [rows(world, f"SELECT name, sha256 FROM attachments WHERE order_key = '{key}'")]
    }
    for order in world.truth:
        folder, key = _folder(world, order), OrderNumber.parse(order["number"]).key
        told, saved = journal.get(key, ("nothing", []))
        if told != folder:
            yield f"journal: {key} is in {told!r}, in truth in {folder!r}"
        if not folder:
            continue
        files = have.pop(spell(folder), None)
        if files is None:
            yield f"no folder {folder}"
            continue
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
        noted = {spell(name): sha for name, sha in saved}
        if hashes != noted:
            yield f"{folder} holds {hashes}, the journal says {noted}"
        if len(files) != order["downloaded"]:
            yield f"{folder} holds {len(files)} files, in truth {order['downloaded']}: {sorted(files)}"
        named = {spell(item["name"]): item["sha256"] for item in order["files"] if item["name"] and item["sha256"]}
        yield from (f"{folder}/{name} is not whole" for name, sha in named.items() if hashes.get(name) != sha)
        missing = Counter(item["sha256"] for item in order["files"] if item["sha256"]) - Counter(hashes.values())
        if missing:
            yield f"{folder}: no file has {[*missing]}"
    yield from (f"a folder too many: {folder}" for folder in have)


def _spelling(world: World) -> Callable[[str], str]:
    """Tell how names compare: some disks list all of them in small letters."""
    is_small = all(path.name == path.name.lower() for path in world.out.iterdir())
    return str.lower if is_small else str


def _workbook(world: World) -> Iterator[str]:
    try:
        by_number = _by_number(world)
    except (OSError, KeyError) as error:
        yield f"workbook: {error}"
        return
    for order in world.truth:
        row, folder = by_number[order["number"]], _folder(world, order)
        told = (row["STATUS"], row["ATTACHMENTS_FOUND"], row["ATTACHMENTS_DOWNLOADED"], row["DOWNLOAD_FOLDER"] or "")
        true = (order["outcome"], order["found"], order["downloaded"], str(world.out / folder) if folder else "")
        if told != true:
            yield f"workbook: {order['number']} is {told}, in truth {true}"
    if by_number["ABC"]["STATUS"] != "NOT_AN_ORDER":
        yield "workbook: the row that names no order is not NOT_AN_ORDER"


def _by_number(world: World) -> dict[str, dict[str, Any]]:
    header, *lines = openpyxl.load_workbook(world.out / SHEET)["PO_Data"].iter_rows(values_only=True)
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        row = dict(zip(map(str, header), line, strict=True))
        found.setdefault(str(row["PO_NUMBER"]).strip(), row)
    return found


def _leftovers(world: World) -> Iterator[str]:
    for path in world.out.rglob("*"):
        if path.name.endswith((".part", "__WORK", "__work", "-wal", "-shm", "-journal")) or ".tmp" in path.name:
            yield f"left in the output folder: {path.relative_to(world.out)}"
    for path in world.temporary.iterdir():
        if not (path.is_file() and path.read_bytes() == b"blat"):  # Python's own look whether files can be made there
            yield f"a temporary file: {path.name}"
    own = world.home / "coupa-async"
    for path in own.rglob("*"):
        is_kept = path.name in ("profiles", "state", "base.lock", "app", "runs.lock", "runs.json") or (
            path.parent.name == "state" and path.suffix == ".json" and not path.name.startswith(".")
        )
        if not is_kept:
            yield f"left in the user's data: {path.relative_to(own)}"


def _log(world: World) -> Iterator[str]:
    for line in (world.out / "run.log").read_text(encoding="utf-8").splitlines():
        try:
            json.loads(line)
        except ValueError:
            yield f"run.log: not JSON: {line[:80]}"


def _said(world: World) -> Iterator[str]:
    said = (world.root / "said.txt").read_text(encoding="utf-8", errors="replace")
    if "Traceback" in said:
        yield f"a traceback: …{said[-800:]}"


def _running(world: World) -> Iterator[str]:
    deadline_s = time.monotonic() + 2  # a killed browser's own children take a moment
    while (left := world.processes()) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    yield from (f"left running: {item}" for item in left)
