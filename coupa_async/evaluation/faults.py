"""The faults that ``compare`` causes, by name: in our own browsers, the recorded site, or a memory reading."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import anyio
from anyio import to_thread

from coupa_async.domain.errors import SettingsError
from coupa_async.evaluation.recorded_site import FORM, LANDING, RecordedSite
from coupa_async.evaluation.trials import Arm
from coupa_async.services.diagnostics import memory

NONE = "none"
# The arm without a browser, which runs on the recorded site whatever else does.
DOUBLE = "double"
# Those that need a browser, which the double has none of.
_OF_BROWSERS = ("browser-killed", "driver-killed", "browser-stopped", "renderer-crash", "memory-pressure")
_EXPIRED = "session-expired"
_OF_THE_SITE = (_EXPIRED, "network-cut", "tenant-busy")
FAULTS = (*_OF_BROWSERS, *_OF_THE_SITE)
_OUTAGE_S = 3.0
_PRESSURE_S = 2.0
_AGAIN_S = 0.05


def named_faults(text: str) -> tuple[str, ...]:
    """Read a list of names. The run without a fault always comes first; the others are compared with it.

    Raises:
        SettingsError: If a name is not known.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    for name in names:
        if name not in ("all", NONE, *FAULTS):
            raise SettingsError(f"fault {name!r} is not known: choose of {', '.join(FAULTS)}, all or none")
    wanted = FAULTS if "all" in names else tuple(name for name in FAULTS if name in names)
    return ("", *wanted)


def applies_to(arm: Arm, fault: str) -> bool:
    """Return whether a fault applies to an arm."""
    return arm.backend != DOUBLE or fault not in _OF_BROWSERS


def sign_in_mode(fault: str, repeat: int) -> str:
    """Return how the recorded site signs in. For sessions that end, every second time by an SSO with a landing page."""
    return LANDING if fault == _EXPIRED and repeat % 2 == 0 else FORM


class Pressure:
    """The memory guard's reading: the machine's, or a pretended high one."""

    def __init__(self) -> None:
        self._until_s = float("-inf")

    async def usage(self) -> float:
        """Return the share in use, 0 to 1."""
        return 0.97 if anyio.current_time() < self._until_s else await to_thread.run_sync(memory.usage)

    @asynccontextmanager
    async def press(self) -> AsyncIterator[None]:
        """Pretend for a moment that nearly all memory is in use."""
        self._until_s = anyio.current_time() + _PRESSURE_S
        yield


def make_faults(
    site: RecordedSite, pressure: Pressure
) -> Mapping[str, Callable[[], AbstractAsyncContextManager[None]]]:
    """Make every fault."""
    from coupa_async.evaluation.process_faults import PROCESS_FAULTS, ProcessFault, inject, revert

    @asynccontextmanager
    async def with_process_fault(fault: ProcessFault) -> AsyncIterator[None]:
        while not (struck := await to_thread.run_sync(inject, fault)):  # noqa: ASYNC110 - no event tells
            await anyio.sleep(_AGAIN_S)  # between two browsers there is none
        try:
            yield
        finally:
            revert(fault, struck)

    @asynccontextmanager
    async def forgotten() -> AsyncIterator[None]:
        await site.end_sessions()
        yield

    @asynccontextmanager
    async def asked(what: str, **body: object) -> AsyncIterator[None]:
        await site.ask(what, **body)
        yield

    return {
        **{name: partial(with_process_fault, fault) for name, fault in PROCESS_FAULTS.items()},
        "memory-pressure": pressure.press,
        _EXPIRED: forgotten,
        "network-cut": partial(asked, "cut", seconds=_OUTAGE_S),
        "tenant-busy": partial(asked, "busy", seconds=_OUTAGE_S),
    }
