"""The five checks of ``evidence``. Each is judged by what was seen of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from anyio import to_thread

from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.domain.outcome import Outcome
from coupa_async.evaluation.checks.environment import Check, CheckResult, CheckSetup
from coupa_async.evaluation.checks.observed_run import ObservedRun, watch
from coupa_async.services.diagnostics import memory
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.worklist import read_worklist

_THRESHOLD_PERCENT = 85.0
# A threshold must lie over 10 %, and this one well below what is in use.
_HELD_SHARE = 0.14
_HELD_BYTES = 64 << 20
_BELOW = 0.8
_FORBIDDEN = ("no running event loop", "Traceback", "never awaited")


async def sequential(setup: CheckSetup) -> Check:
    """5.1: one worker takes one order after the other, and the files are really there."""
    seen = await watch(setup.job("5.1", "--workers", "1", sheet=setup.sheet))
    out = setup.root / f"{setup.backend}-5.1"
    book = read_worklist(out / setup.sheet.name, WorklistOptions(), fresh=False)
    completed = sum(audit.outcome is Outcome.COMPLETED for audit in seen.audits)
    workers = {str(line["worker"]) for line in seen.events_named("OrderStarted")}
    findings = [
        *_ended_well(seen),
        CheckResult(f"the only worker was {', '.join(sorted(workers))}", workers == {"worker-1"}),
        CheckResult(f"browsers at one moment: {seen.most_browsers} at most", seen.most_browsers == 1),
        CheckResult(f"files read again, byte by byte: {_count_files(seen)}", _has_files(seen)),
        CheckResult(f"orders COMPLETED in the workbook: {len(book.done)}, in the journal: {completed}",
                len(book.done) == completed),
    ]  # fmt: skip
    lines = _some(seen, "RunStarted", 1) + _some(seen, "OrderFinished", 4)
    notes = ["some orders of the sample fail on purpose, which exit code 1 is for"] if setup.truth else []
    title = "Sequential: one worker really downloads"
    return _check("5.1", title, setup, [seen], findings, lines, notes)


async def unattended(setup: CheckSetup) -> Check:
    """5.2: two workers run, and nobody is asked anything."""
    plain = setup.job("5.2", ENABLE_INTERACTIVE_UI="false", MAX_PARALLEL_WORKERS="2")
    seen = await watch(plain)
    bare = await watch(replace(plain, words=["run"], out=setup.root / "nothing", within_s=60))
    workers = {str(line["worker"]) for line in seen.events_named("WorkerStarted")}
    base_url = setup.environment.get("COUPA_BASE_URL", "")
    findings = [
        *_ended_well(seen),
        CheckResult(f"two workers: {', '.join(sorted(workers))}", workers == {"worker-1", "worker-2"}),
        CheckResult("it never asked: its stdin stayed open and silent, and it ended", seen.exit_code is not None),
        CheckResult("without a spreadsheet it asked nobody either: exit code 2 and one line",
                bare.exit_code == 2 and len(bare.said.strip().splitlines()) == 1),
    ]  # fmt: skip
    if setup.end_sessions is not None:
        sign_ins = len(seen.events_named("SignedIn"))
        findings.append(CheckResult(f"sign-ins for both workers together: {sign_ins}", sign_ins == 1))
    lines = _some(seen, "WorkerStarted", 2) + _some(seen, "SignedIn", 1) + _some(seen, "OrderFinished", 2)
    notes = [f"the tenant was {base_url}", f"without a spreadsheet: `{bare.said.strip()}`"]
    return _check("5.2", "Unattended: two workers, no prompt", setup, [seen, bare], findings, lines, notes)


async def threshold(setup: CheckSetup) -> Check:
    """5.3: a threshold of 0.85 means 85 %, and only memory use above it counts as pressure."""
    default = await watch(setup.job("5.3-default", "--workers", "2"))
    held = await to_thread.run_sync(_hold_memory)
    share = round(_BELOW * await to_thread.run_sync(memory.usage), 3)
    below = await watch(setup.job("5.3-below", "--workers", "2", COUPA_MEMORY_THRESHOLD=str(share)))
    held_mb = sum(map(len, held)) >> 20
    del held
    readings = default.events_named("MemoryRead")
    percents = {float(line["threshold_percent"]) for line in readings}
    most = max((float(line["usage_percent"]) for line in readings), default=0.0)
    fewest = min((int(line["workers"]) for line in below.events_named("MemoryRead")), default=0)
    findings = [
        *_ended_well(default),
        *_ended_well(below),
        CheckResult(f"{len(readings)} readings at the default, with threshold_percent={_list(percents)}",
                percents == {_THRESHOLD_PERCENT}),
        CheckResult(f"at the default the most in use was {most:.1f} %: pressure told {len(_pressure(default))} times",
                bool(_pressure(default)) == (most > _THRESHOLD_PERCENT)),
        CheckResult(f"with the threshold below what was in use, pressure was told: {len(_pressure(below))} times",
                bool(_pressure(below))),
        CheckResult(f"the pool shrank to {fewest} worker, never to none", fewest == 1),
    ]  # fmt: skip
    lines = _some(default, "MemoryRead", 2) + _pressure(below)[:1] + _some(below, "WorkerRecycled", 1)
    notes = [
        f"the second run has its threshold at {_BELOW:.0%} of what was in use when it began, "
        f"{held_mb} MB of that held by this command: a machine is not filled to 85 % for a check"
    ]
    title = f"Memory threshold: {_THRESHOLD_PERCENT} %"
    return _check("5.3", title, setup, [default, below], findings, lines, notes)


async def restart(setup: CheckSetup) -> Check:
    """5.4: refused sign-ins, ended sessions and dead browsers are handled, without a missing event loop."""
    runs, findings, notes = [], [], []
    if setup.end_sessions is not None:
        refused = await watch(setup.job("5.4", "--workers", "2", COUPA_PASSWORD="not-this-one"))  # noqa: S106
        runs.append(refused)
        findings += _was_refused(refused)
        notes.append("the first run has a wrong password, the second goes on where it stopped with the right one")

    async def harm() -> None:
        if setup.end_sessions is not None:
            await setup.end_sessions()
        await to_thread.run_sync(setup.kill_browsers)

    resumed = setup.job("5.4", "--workers", "2")
    seen = await watch(replace(resumed, words=[word for word in resumed.words if word != "--fresh"], harm=harm))
    runs.append(seen)
    restarts = seen.events_named("WorkerRestarting")
    findings += [
        *_ended_well(seen),
        CheckResult(f"workers restarted: {len(restarts)} times", bool(restarts)),
        CheckResult("the first restart of each was at once",
                all(line["delay_s"] == 0 for line in {line["worker"]: line for line in reversed(restarts)}.values())),
    ]  # fmt: skip
    if setup.end_sessions is not None:
        again = len(seen.events_named("SignedIn"))
        findings.append(CheckResult(f"sign-ins: {again}, the second for all workers", again == 2))
        notes.append("when its first order was finished, the tenant ended all sessions and every browser was killed")
    else:
        notes.append("when its first order was finished, every browser of the run was killed")
        notes.append("no sign-in was refused on purpose, and no session ended: the account is somebody's")
    lines = _some(seen, "WorkerRestarting", 2) + _some(seen, "SignedIn", 2)
    title = "Restart after a refused sign-in and a lost session"
    return _check("5.4", title, setup, runs, findings, lines, notes)


def _was_refused(seen: ObservedRun) -> list[CheckResult]:
    """Judge a run whose password is wrong: it tries once, and says nothing of any order."""
    pending = sum(audit.outcome is Outcome.PENDING for audit in seen.audits)
    tried = len(seen.events_named("SignInStarted"))
    return [
        CheckResult(f"refused: exit code {seen.exit_code}", seen.exit_code == 3),
        CheckResult(f"refused: tried {tried} time", tried == 1),
        CheckResult(f"refused: {pending} of {len(seen.audits)} orders pending, none misreported",
                pending == len(seen.audits) > 0),
        *_clean(seen),
    ]  # fmt: skip


async def profiles(setup: CheckSetup) -> Check:
    """5.5: each worker has a profile of its own, and none is left."""
    seen = await watch(setup.job("5.5", "--workers", "3"))
    left = [path for path in seen.profiles if path.exists() or path.parent.exists()]
    ours = profiles_dir()
    findings = [
        *_ended_well(seen),
        CheckResult(f"browsers at one moment: {seen.most_browsers}", seen.most_browsers == 3),
        CheckResult(f"different profiles: {len(seen.profiles)}", len(seen.profiles) >= 3),
        CheckResult(f"profiles shared by two browsers: {len(seen.clashes)}", not seen.clashes),
        CheckResult("each below the folder of our own", all(path.is_relative_to(ours) for path in seen.profiles)),
        CheckResult(f"profiles left after the end: {len(left)}", not left),
    ]
    notes = [f"seen while it ran: {', '.join(path.relative_to(path.parents[1]).as_posix() for path in seen.profiles)}"]
    title = "Profiles: one a worker, swept at the end"
    return _check("5.5", title, setup, [seen], findings, _some(seen, "WorkerStarted", 3), notes)


CHECKS = (sequential, unattended, threshold, restart, profiles)


def _check(
    key: str,
    title: str,
    setup: CheckSetup,
    runs: list[ObservedRun],
    findings: list[CheckResult],
    excerpts: list[dict[str, object]],
    notes: list[str] | None = None,
) -> Check:
    return Check(
        key=key,
        title=title,
        backend=setup.backend,
        runs=tuple(runs),
        findings=tuple(findings),
        excerpts=tuple(excerpts),
        notes=tuple(notes or ()),
    )


def _ended_well(seen: ObservedRun) -> list[CheckResult]:
    """Whether a run ended by itself, got every order right, and left nothing running."""
    outcomes = Counter(audit.outcome.value for audit in seen.audits)
    wrong = [f"{audit.number}: {audit.kind}" for audit in seen.audits if audit.is_breach]
    is_good = {"COMPLETED", "NO_ATTACHMENTS"} >= set(outcomes)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
    is_known = all(audit.is_known for audit in seen.audits)
    what = (
        "every order in its true outcome with its true files" if is_known else "every order settled, every file whole"
    )
    return [
        CheckResult(f"exit code {seen.exit_code}", seen.exit_code in ((0, 1) if is_good else (1,))),
        CheckResult(f"{what}: {counts}"
                + (f"; but {'; '.join(wrong)}" if wrong else ""), bool(outcomes) and not wrong),
        *_clean(seen),
    ]  # fmt: skip


def _clean(seen: ObservedRun) -> list[CheckResult]:
    text = seen.said + "".join(str(line) for line in seen.log)
    found = [item for item in _FORBIDDEN if item in text]
    return [
        CheckResult(f"in log and output: {', '.join(found) or 'no error of the event loop, no traceback'}", not found),
        CheckResult(f"left running: {', '.join(seen.left) or 'nothing'}", not seen.left),
    ]


def _count_files(seen: ObservedRun) -> int:
    return sum(len(audit.files) for audit in seen.audits)


def _has_files(seen: ObservedRun) -> bool:
    return any(audit.files for audit in seen.audits)


def _pressure(seen: ObservedRun) -> list[dict[str, object]]:
    return [line for line in seen.log if str(line["message"]).startswith("memory pressure: usage_percent=")]


def _some(seen: ObservedRun, name: str, count: int) -> list[dict[str, object]]:
    return list(seen.events_named(name)[:count])


def _list(numbers: set[float]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _hold_memory() -> list[bytearray]:
    """Use so much memory that a threshold can be set below it; none if enough is in use already. Blocking."""
    held: list[bytearray] = []
    while memory.usage() < _HELD_SHARE:
        held.append(bytearray(b"\x01") * _HELD_BYTES)
    return held
