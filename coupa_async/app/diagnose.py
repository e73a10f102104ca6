"""Checks whether a run can start. The checks run side by side, and each has a time limit."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from coupa_async.app.browser_profile import source_profile
from coupa_async.app.check_api import check_api
from coupa_async.app.compose import browser_options, find_backend, make_sign_in
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.domain.errors import BusyError, CoupaError, NotATenantError, PageError, SignInRequiredError
from coupa_async.domain.pages.sign_in import origin_of, origin_text
from coupa_async.ports import Profile
from coupa_async.runtime.gather import gather
from coupa_async.services.diagnostics import checks, memory
from coupa_async.services.diagnostics.checks import Finding, Severity, bad, good, note
from coupa_async.services.diagnostics.tenant import reach

_WITHIN_S = 20.0
_SET_IT = "coupa-async config set base_url https://TENANT.coupahost.com"
_Check = Callable[[], Awaitable[list[Finding]]]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found.

    Attributes:
        findings: In order, from this machine to the tenant.
    """

    findings: Sequence[Finding]

    @property
    def exit_code(self) -> int:
        """0 if a run can start; 3 if only a sign-in is missing; else 2."""
        is_bad = {finding.name for finding in self.findings if finding.mark is Severity.BAD}
        return 0 if not is_bad else 3 if is_bad == {"sign-in"} else 2


async def diagnose(settings: Settings) -> Diagnosis:
    """Check the set-up, and ask the tenant without a browser whether we are signed in, or its API for an order."""
    folder = settings.output_dir.resolve()
    extra = "selenium" if settings.backend == "selenium" else ""
    jobs: list[tuple[str, _Check]] = [
        ("Python", _blocking(checks.python)),
        ("packages", _blocking(partial(checks.packages, extra))),
        ("settings", partial(_settings, settings)),
        ("browser", partial(_browser, settings)),
        ("shared machine", partial(_shared, settings)),
        ("proxy password", partial(_proxy_password, settings)),
        ("profiles", _blocking(partial(checks.profiles, profiles_dir()))),
        ("your profile", partial(_source, settings)),
        ("tenant", partial(_tenant, settings)),
        ("output", _blocking(partial(checks.output, folder))),
        ("disk", _blocking(partial(checks.disk, folder))),
        ("memory", _blocking(partial(_memory, settings))),
        ("long paths", _blocking(partial(checks.long_paths, folder))),
    ]
    lists = await gather([partial(_bounded, name, check) for name, check in jobs], len(jobs))
    return Diagnosis([finding for found in lists for finding in found])


async def check_address(settings: Settings) -> list[Finding]:
    """Check the address alone: the way to it, whether it is a Coupa, and whether we are signed in there."""
    return await _bounded("tenant", partial(_tenant, settings))


async def check_browser(settings: Settings) -> list[Finding]:
    """Check the browser alone."""
    return await _bounded("browser", partial(_browser, settings))


def _blocking(check: Callable[[], Finding]) -> _Check:
    async def run() -> list[Finding]:
        return [await to_thread.run_sync(check, abandon_on_cancel=True)]

    return run


async def _bounded(name: str, check: _Check) -> list[Finding]:
    """Run a check with a time limit. A check that takes too long or fails by itself is a finding, too."""
    try:
        with anyio.fail_after(_WITHIN_S):
            return await check()
    except TimeoutError:
        return [bad(name, f"no answer in {_WITHIN_S:.0f} s", "see what holds it up: a network drive, a proxy, a VPN")]
    except (CoupaError, OSError) as error:
        return [bad(name, str(error), "")]  # a message of ours says what to do


async def _settings(settings: Settings) -> list[Finding]:
    """See whether all that is set is read, and as it stands there."""
    found = [note("settings", text, "") for text in settings.notes]
    return found or [good("settings", "every name that is set is read")]


async def _shared(settings: Settings) -> list[Finding]:
    """Warn of the port of Selenium's driver, where other users of this machine can read what it takes to use it."""
    if settings.backend != "selenium" or settings.selenium_url or sys.platform == "win32":
        return []
    text = "Selenium's driver listens on a port; its command line, which other users can read, tells how to use it"
    return [note("shared machine", text, "not where others are signed in: --backend playwright has no such port")]


async def _proxy_password(settings: Settings) -> list[Finding]:
    """Check whether the browser can be told the proxy's password."""
    from backends.browser.proxies import proxy_login

    if proxy_login() is None:
        return []
    if settings.backend == "selenium":
        cure = "--backend playwright, or a proxy that knows this machine"
        return [bad("proxy password", "Selenium's browser cannot be told the proxy's password", cure)]
    return [checks.good("proxy password", "the browser is told the proxy's user and password")]


async def _browser(settings: Settings) -> list[Finding]:
    """Look for the browser, a policy that forbids it, and for Selenium the driver that fits it."""
    if settings.chosen_lane == "api" and not settings.msg_pdf:
        return [good("browser", "the lane api needs none")]
    from backends import open_backend
    from backends.browser.chromium import find_browser
    from backends.browser.machines import addresses_of, shown_address
    from backends.browser.versions import browser_version

    options = browser_options(settings)
    open_backend(settings.backend, options)  # which sees whether its library is there
    elsewhere = {"playwright": settings.playwright_ws, "selenium": settings.selenium_url}.get(settings.backend)
    if elsewhere:
        return [good("browser", f"at {', '.join(map(shown_address, addresses_of(elsewhere)))}")]
    browser = find_browser(options)
    version = await browser_version(browser.path)
    text = f"{browser.channel} {version or 'of a version that it does not tell'} at {browser.path}"
    found = [good("browser", text)]
    if browser.channel != settings.channel:
        found.append(
            note("channel", f"{settings.channel} is not here", f"install it, or set COUPA_CHANNEL={browser.channel}")
        )
    found.append(good("policies", "none forbids that a browser is automated"))
    return found + (await _driver(settings, version) if settings.backend == "selenium" else [])


async def _driver(settings: Settings, browser: str) -> list[Finding]:
    from backends.browser.chromium import find_browser
    from backends.browser.versions import program_version
    from backends.selenium.service import service_of

    options = browser_options(settings)
    path = service_of(find_browser(options), options, Path(tempfile.gettempdir())).path
    if not path:
        return [note("driver", "none on PATH: Selenium fetches one", "offline, put the driver on PATH")]
    version = await program_version(Path(path))
    text = f"{version or 'a version that it does not tell'} at {path}"
    if version.partition(".")[0] != browser.partition(".")[0]:
        cure = f"install the driver of version {browser.partition('.')[0]}, or set COUPA_DRIVER_PATH"
        return [bad("driver", f"{text} does not fit the browser's {browser}", cure)]
    return [good("driver", text)]


async def _source(settings: Settings) -> list[Finding]:
    source = source_profile(settings)
    return [good("your profile", f"{source.profile} is copied from")] if source else []


async def _tenant(settings: Settings) -> list[Finding]:
    """Connect to the tenant step by step, then ask it without a browser whether we are signed in."""
    from backends.direct.connection import trust

    if settings.base_url is None:
        return [bad("tenant", "the address of your Coupa is not set", _SET_IT)]
    steps = await reach(settings.tenant(), trust())
    if any(step.mark is Severity.BAD for step in steps):
        return steps
    return steps + await (check_api(settings) if settings.chosen_lane == "api" else _signed_in(settings))


async def _signed_in(settings: Settings) -> list[Finding]:
    base_url, state = settings.tenant(), settings.state_file()
    backend, _ = find_backend(settings.model_copy(update={"lane": "direct"}))
    flow = make_sign_in(settings)
    with tempfile.TemporaryDirectory() as folder:
        profile = Profile(name="doctor", directory=Path(folder) / "profile", state=state)
        async with backend.session(profile) as session:
            try:
                await flow.look(session)
            except SignInRequiredError as error:
                return [good("tenant", f"{base_url} answers"), _way_in(settings, error.url)]
            except BusyError as error:
                return [note("tenant", str(error), "it is busy: a run waits for it")]
            except NotATenantError as error:
                return [bad("tenant", str(error), "")]
            except PageError as error:
                return [
                    bad("tenant", str(error), "check COUPA_BASE_URL, the proxy, and COUPA_CLIENT_CERT if it wants one")
                ]
            if state.is_file():
                await session.save_state(state)  # with what this very question renewed
    return [good("tenant", f"{base_url} answers"), good("sign-in", "signed in")]


def _way_in(settings: Settings, led_to: str) -> Finding:
    """Say how a run will sign in, and where the tenant leads for that if it is elsewhere."""
    elsewhere = origin_text(led_to) if origin_of(led_to) != origin_of(settings.tenant()) else ""
    text = f"signed out: {settings.tenant()} leads to {elsewhere}" if elsewhere else "signed out"
    if settings.username and settings.password:
        return good("sign-in", f"{text}; the run signs in with COUPA_USERNAME and COUPA_PASSWORD")
    return bad("sign-in", text, "coupa-async login")


def _memory(settings: Settings) -> Finding:
    threshold = settings.memory_threshold
    return checks.memory(memory.room_bytes(threshold), settings.workers, threshold)
