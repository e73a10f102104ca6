"""A chaotic run: sixty orders on three workers while a schedule strikes; then everything is checked."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil

from fixtures.catalogue import LOAD_IDS, load
from tests.chaos import harm, plugin
from tests.chaos.check import asked_again, violations
from tests.chaos.schedule import Blow, schedule
from tests.chaos.world import API, World, kill, world

_LOAD_ORDERS = 60 - len(load().orders)
_END_S = 240.0
# Tries enough for what a schedule may cost an order, and time-outs short enough to be met.
_SETTINGS = {"COUPA_MAX_ATTEMPTS": "4", "COUPA_PAGE_TIMEOUT_S": "8", "COUPA_DOWNLOAD_TIMEOUT_S": "12"}
_HEAL_AFTER_S = 4.0


def turmoil(where: dict[str, str], backend: str, seed: int) -> list[str]:
    """Run the sixty orders through a seed's schedule.

    Returns:
        The violations.
    """
    has_browsers = backend not in (plugin.BACKEND, API)
    folders = {"COUPA_FOLDER_COLUMNS": "{supplier}"} if seed % 2 else {}
    with world(where, backend, load_orders=_LOAD_ORDERS, **_SETTINGS, **folders) as made:
        # An SSO knows nobody before the first sign-in there, so half of the schedules begin with it.
        made.ask("sign-in", {"mode": "sso-landing" if seed % 4 < 2 else "form"})
        run = _Run(made)
        try:
            for blow in schedule(seed, has_browsers=has_browsers):
                if not run.inject(blow):
                    break
            return run.end()
        finally:
            run.revert()
            kill(run.program)
            made.ask("latency", {"latency_ms": 0, "rate": 0, "burst": 20})
            made.ask("sign-in", {"mode": "form"})


class _Run:
    """The program under a schedule, begun again whenever it is killed."""

    def __init__(self, made: World) -> None:
        self._made = made
        self._bad: list[str] = []
        self._stopped: list[tuple[float, psutil.Process]] = []
        self._calm_s = 0.0
        self._begin()
        self._began_s = time.monotonic()

    def _begin(self) -> None:
        self._settled, self._since = self._made.settled(), self._made.ask("log/count")["total"]
        self.program = self._made.start()

    def inject(self, blow: Blow) -> bool:
        """Wait for a blow's time and strike; ``False`` if the program has ended before."""
        while (now_s := time.monotonic() - self._began_s) < blow.at_s:
            self._recover(now_s)
            with suppress(subprocess.TimeoutExpired):
                self.program.wait(min(0.1, blow.at_s - now_s))
                return False
        if blow.what == "killed program":
            self._bad += self._again()
        elif blow.worker:
            self._harm(blow, now_s)
        else:
            self._disturb(blow, now_s)
        return True

    def end(self) -> list[str]:
        """Let the program come to its end, and check."""
        deadline_s = time.monotonic() + _END_S
        while self.program.poll() is None and time.monotonic() < deadline_s:
            self._recover(time.monotonic() - self._began_s)
            with suppress(subprocess.TimeoutExpired):
                self.program.wait(0.1)
        if self.program.poll() != 1:
            said = (self._made.root / "said.txt").read_text(encoding="utf-8", errors="replace")[-600:]
            self._bad.append(f"exit code {self.program.poll()}: {said}")
        return [*self._bad, *asked_again(self._made, self._settled, self._since), *violations(self._made)]

    def revert(self) -> None:
        """Let go on whatever is stopped."""
        harm.inject(psutil.Process.resume, *(item for _, item in self._stopped))

    def _again(self) -> Iterator[str]:
        kill(self.program)
        yield from asked_again(self._made, self._settled, self._since)
        self._begin()

    def _recover(self, now_s: float) -> None:
        """Undo what has lasted long enough."""
        if self._calm_s and now_s > self._calm_s:
            self._calm_s = 0.0
            self._made.ask("latency", {"latency_ms": 0, "rate": 0, "burst": 20})
        for until_s, item in [*self._stopped]:
            if now_s > until_s:
                self._stopped.remove((until_s, item))
                harm.inject(psutil.Process.resume, item)

    def _harm(self, blow: Blow, now_s: float) -> None:
        for item in harm.staff(self.program.pid):
            if item.worker != blow.worker:
                continue
            match blow.what:
                case "killed browser":
                    harm.inject(psutil.Process.kill, item.browser)
                case "killed driver":
                    harm.inject(psutil.Process.kill, item.driver)
                case "crashed renderer":
                    harm.inject(psutil.Process.kill, *harm.renderers(item.browser))
                case "stopped browser" | "stopped driver":
                    victim = item.browser if blow.what == "stopped browser" else item.driver
                    harm.inject(psutil.Process.suspend, victim)
                    if blow.size < 0.7:  # the others stay as they are until the program ends them
                        self._stopped.append((now_s + _HEAL_AFTER_S * blow.size, victim))

    def _disturb(self, blow: Blow, now_s: float) -> None:
        ask, size = self._made.ask, blow.size
        match blow.what:
            case "expire":
                ask("expire", {"sso": size < 0.5})
                ask("revoke", {})
            case "landing":
                ask("sign-in", {"mode": "sso-landing"})
                ask("expire", {})
                ask("revoke", {})
            case "cut":
                ask("cut", {"seconds": 0.3 + 2 * size})
            case "busy":
                ask("busy", {"seconds": 0.5 + 2 * size})
            case "slow":
                ask("latency", {"latency_ms": 200 + 600 * size})
                self._calm_s = now_s + 1 + 2 * size
            case "storm":
                ask("latency", {"rate": 8 + 8 * size, "burst": 5})
                self._calm_s = now_s + 2
            case "wall" | "busy page":
                own = {"kind": "wall"} if blow.what == "wall" else {"kind": "status", "status": 503, "retry_after": "1"}
                key = self._load_key(size)
                for path in (f"/order_headers/{key}", f"/api/purchase_orders/{key}/comments"):
                    ask("fault", {"path": path, "first": 1, **own})
            case "truncated file" | "reset file":
                key, kind = self._load_key(size), blow.what.split()[0].removesuffix("d")
                page = f"/attachment/attachment_file/type/{key}1/Document_{key}-1.pdf"
                for path in (page, f"/api/purchase_orders/{key}/attachments/{key}1"):
                    ask("fault", {"path": path, "kind": kind, "first": 1})

    def _load_key(self, size: float) -> int:
        return LOAD_IDS[int(size * _LOAD_ORDERS)]
