"""Makes the parts of a run from the settings: the one place where backend, services and engine meet."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from anyio import to_thread
from pydantic import SecretStr

from coupa_async.app.compose_api import make_api_backend, make_source, with_api
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.app.limits import (
    bandwidth_notes,
    finds_workers,
    make_bounds,
    make_targets,
    most_workers,
    paced_s,
    tabs_a_session,
    throttle_limits,
)
from coupa_async.domain.events import Warned
from coupa_async.domain.files.wanted import WantedFiles
from coupa_async.domain.order import AttachmentIntent
from coupa_async.domain.outcome import OrderResult
from coupa_async.domain.policies.autoscale import AutoscaleLimits
from coupa_async.domain.policies.memory import MemoryLimits
from coupa_async.engine.autoscaler import Autoscaler, ScaleReadings
from coupa_async.engine.interactive_sign_in import interactive_sign_in
from coupa_async.engine.limits import EngineLimits, SignInLimits
from coupa_async.engine.memory_guard import MemoryGuard, Readings
from coupa_async.engine.session_slots import SessionSlots
from coupa_async.engine.sign_in_gate import SignInFlow, SignInGate
from coupa_async.engine.throttle import AdaptiveLimiter, ThrottledBackend
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.worker import Worker
from coupa_async.ports import A4, LETTER, Backend, Observer
from coupa_async.runtime.bandwidth import Bandwidth
from coupa_async.runtime.gather import gather
from coupa_async.services.api.sign_in import ApiSignIn
from coupa_async.services.collection.collector import Collector
from coupa_async.services.collection.collector_config import CollectorConfig
from coupa_async.services.collection.reading.named import Requisition
from coupa_async.services.collection.refresh import Refresher
from coupa_async.services.collection.saving.fetch import RetryLimits
from coupa_async.services.collection.sign_in import CoupaSignIn, Credentials
from coupa_async.services.diagnostics import memory
from coupa_async.services.diagnostics.processors import ProcessorUse
from coupa_async.services.files.storage import Storage
from coupa_async.services.profiles.profiles import RunProfiles, base_profile
from coupa_async.services.records.journal import Journal

if TYPE_CHECKING:
    from backends.browser.chromium import BrowserOptions

_log = logging.getLogger(__name__)
_PERSON_S = 600.0
_PAPERS = {"A4": A4, "Letter": LETTER}


def find_backend(settings: Settings, warn: Callable[[str], None] = _log.warning) -> tuple[Backend, list[str]]:
    """Make the backend and look for its browser, so that a missing browser is reported before anything is written.

    Args:
        settings: The command's.
        warn: Is told later what the person should know of machines that have the browsers.

    Returns:
        The backend, and notes on the browser for the user.
    """
    # A browser library takes a third of a second: only commands that need one wait.
    from backends import open_backend, open_lane
    from backends.browser.chromium import find_browser, runs_as_root
    from backends.browser.machines import addresses_of, shown_address
    from backends.browser.proxies import proxy_login

    options = replace(browser_options(settings), warn=warn)
    if settings.chosen_lane == "api":
        return make_api_backend(settings, options), bandwidth_notes(settings)
    backend = open_lane(open_backend(settings.backend, options), options, settings.lane, settings.tenant())
    backend = with_api(backend, settings, options)
    elsewhere = {"playwright": settings.playwright_ws, "selenium": settings.selenium_url}.get(settings.backend)
    notes = bandwidth_notes(settings, is_elsewhere=bool(elsewhere))
    if elsewhere:
        return backend, [f"the browsers are at {', '.join(map(shown_address, addresses_of(elsewhere)))}", *notes]
    if settings.backend not in ("playwright", "selenium"):
        return backend, notes
    browser = find_browser(options)
    if browser.channel != settings.channel:
        notes.append(f"{settings.channel} was not found: using {browser.channel} at {browser.path}")
    if settings.backend == "selenium" and proxy_login() is not None:
        # BiDi tells neither whether a proxy or a site asks, nor which of them: the password might go to the wrong one.
        notes.append("the proxy wants a password, which Selenium's browser cannot be given: --backend playwright can")
    if runs_as_root():
        notes.append("running as root: the browser runs with --no-sandbox")
    return backend, notes


def browser_options(settings: Settings) -> BrowserOptions:
    """Return how browsers are started and how long to wait for them."""
    from backends.browser.chromium import BrowserOptions

    return BrowserOptions(
        channel=settings.channel,
        browser_path=settings.browser_path,
        driver_path=settings.driver_path,
        playwright_ws=settings.playwright_ws,
        selenium_url=settings.selenium_url,
        headless=settings.headless,
        images=bool(settings.msg_pdf) or settings.order_pdf,
        page_timeout_s=settings.page_timeout_s,
        settle_s=settings.settle_s,
        download_timeout_s=settings.download_timeout_s + paced_s(settings),
        client_cert=settings.client_cert,
        client_key=settings.client_key,
        bounds=make_bounds(settings),
        bandwidth=None if settings.bandwidth is None else Bandwidth(settings.bandwidth),
        targets=make_targets(settings) if settings.base_url else None,
    )


def make_flow(settings: Settings) -> SignInFlow:
    """Return how a session of the chosen lane signs in without a person."""
    return ApiSignIn(settings.tenant()) if settings.chosen_lane == "api" else make_sign_in(settings)


def make_sign_in(settings: Settings) -> CoupaSignIn:
    """Return how a session signs in without a person."""
    base_url = settings.tenant()
    password = settings.password or SecretStr("")
    credentials = Credentials(username=settings.username, password=password) if settings.username else None
    return CoupaSignIn(
        base_url=base_url,
        login_url=settings.login_url or base_url,
        credentials=credentials,
        trusted=settings.sign_in_origins,
    )


def make_worker_context(
    settings: Settings,
    backend: Backend,
    journal: Journal,
    storage: Storage,
    profiles: RunProfiles,
    notify: Observer,
    *,
    finished: Mapping[str, OrderResult] = MappingProxyType({}),
    may_ask: bool = False,
) -> WorkerContext:
    """Make what all workers share.

    Args:
        settings: The run's.
        backend: Opens browsers.
        journal: Of the output folder.
        storage: The output folder.
        profiles: One for each worker.
        notify: Is told of everything that happens.
        finished: The results of orders whose data alone is asked for again, by key.
        may_ask: Whether a person is there who can sign in by hand.
    """
    limits = EngineLimits(
        max_attempts=settings.max_attempts,
        workers=settings.workers or 1,
        tabs=tabs_a_session(settings),
        recycle_orders=settings.session_orders,
    )
    limits = replace(limits, stall_s=limits.stall_s + paced_s(settings))
    person = partial(sign_in_by_hand, settings, notify) if may_ask and settings.chosen_lane != "api" else None
    gate = SignInGate(
        make_flow(settings),
        settings.state_file(),
        notify,
        jitter=random.random,
        limits=SignInLimits(first_s=settings.patience_s),
        person=person,
    )
    collector = make_collector(settings, journal, storage, limits, gate, notify)
    limiter = AdaptiveLimiter(throttle_limits(settings), notify)
    return WorkerContext(
        backend=ThrottledBackend(backend, limiter, make_targets(settings), times_answers=settings.bandwidth is None),
        job=Refresher(collector, finished) if finished else collector,
        gate=gate,
        limits=limits,
        profile=lambda name: to_thread.run_sync(profiles.clone, name),
        session_slots=SessionSlots(settings.workers or 1),
        notify=notify,
        jitter=random.random,
        pace=lambda: limiter.limit,
    )


def make_collector(
    settings: Settings,
    journal: Journal,
    storage: Storage,
    limits: EngineLimits,
    gate: SignInGate,
    notify: Observer,
) -> Collector:
    """Put together what brings in one order."""
    reads_data = bool(settings.data) or settings.lines or settings.no_files or settings.refresh_data
    config = CollectorConfig(
        base_url=settings.tenant(),
        journal=journal,
        storage=storage,
        tries=RetryLimits(max_attempts=limits.max_attempts, backoff=limits.backoff, jitter=random.random),
        gather=gather,
        now=datetime.now,
        snapshots=storage.root / "snapshots",
        session_lasts=gate.session_lasts,
        warn=lambda text: notify(Warned(text=text, is_lasting=True)),
        order_path=settings.order_path,
        source=make_source(settings, make_bounds(settings), notify, reads_data=reads_data),
        bounds=make_bounds(settings),
        requisition=Requisition(settings.requisition),
        allowed_hosts=make_targets(settings).allowed_hosts,
        empty_folders=settings.empty_folders,
        msg_pdf=bool(settings.msg_pdf),
        reads_data=reads_data,
        reads_lines=settings.lines,
        wanted=wanted_files(settings),
        paper=_PAPERS[settings.paper] if settings.order_pdf else None,
        no_files=settings.no_files,
    )
    return Collector(config)


def wanted_files(settings: Settings) -> WantedFiles:
    """Return which attachments are wanted."""
    return WantedFiles(
        types=settings.types,
        names=settings.names,
        intent=AttachmentIntent(settings.intent) if settings.intent else None,
        places=settings.files_from,
    )


def make_guard(
    settings: Settings, limits: MemoryLimits, workers: Sequence[Worker], context: WorkerContext
) -> MemoryGuard:
    """Make the memory guard."""
    readings = Readings(
        usage=lambda: to_thread.run_sync(memory.usage), weigh=lambda pids: to_thread.run_sync(memory.tree_bytes, pids)
    )
    session_bytes = settings.session_mb * 2.0**20
    return MemoryGuard(
        workers, context.session_slots, readings, context.notify, limits=limits, session_bytes=session_bytes
    )


def make_autoscaler(
    settings: Settings, workers: Sequence[Worker], context: WorkerContext, *, total: int
) -> Autoscaler | None:
    """Make what finds the best number of workers for so many orders; ``None`` where the number is fixed."""
    if not finds_workers(settings):
        return None
    room = partial(memory.has_room_for_another, settings.memory_threshold)
    readings = ScaleReadings(
        busy=partial(to_thread.run_sync, ProcessorUse().share), has_room=partial(to_thread.run_sync, room)
    )
    limits = AutoscaleLimits(most=most_workers(settings, total))
    return Autoscaler(workers, context, readings, total=total, limits=limits)


async def sign_in_by_hand(settings: Settings, notify: Observer) -> None:
    """Open a window on our own profile and wait until a person has signed in there."""
    base_url = settings.tenant()
    headed = settings.model_copy(update={"headless": False})
    backend, _ = find_backend(headed)
    notify(Warned(text=f"sign in to {base_url} in the browser's window, within {_PERSON_S / 60:.0f} minutes"))
    sign_in = CoupaSignIn(base_url=base_url, login_url=settings.login_url or base_url, person_s=_PERSON_S)
    with base_profile(profiles_dir(), settings.state_file()) as profile:
        await interactive_sign_in(backend, profile, sign_in.sign_in)


def recorded_backend(base_url: str) -> Backend:
    """Make a backend that reads the recorded site without a browser: a comparison's control."""
    from backends.fake.recorded_site import recorded_backend

    return recorded_backend(base_url)
