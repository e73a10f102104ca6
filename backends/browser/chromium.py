"""What both browser backends must do in the same way: options, flags, finding the browser, naming network errors."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from backends.browser.policies import forbidding_policy
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrowserMissingError, PageError, PageTimeoutError, UnreachableError
from coupa_async.domain.files.content import PAGE_SUFFIXES, suffix_of
from coupa_async.domain.files.naming import content_disposition_name
from coupa_async.domain.http.headers import http_date, size_of
from coupa_async.domain.http.targets import Targets
from coupa_async.domain.policies.retry import retry_after_s
from coupa_async.runtime.bandwidth import Bandwidth

_log = logging.getLogger(__name__)
CHANNELS = ("msedge", "chrome", "chromium")

_PROGRAMS = {
    "msedge": ("microsoft-edge", "microsoft-edge-stable", "msedge"),
    "chrome": ("google-chrome", "google-chrome-stable", "chrome"),
    "chromium": ("chromium", "chromium-browser"),
}
_PLACES = {
    "msedge": (
        "/opt/microsoft/msedge/msedge",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
        r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
    ),
    "chrome": (
        "/opt/google/chrome/chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    ),
    "chromium": ("/Applications/Chromium.app/Contents/MacOS/Chromium",),
}
REDIRECTS = (301, 302, 303, 307, 308)
# A transfer that ended in one of these broke off; trying again may help.
BROKEN = ("ERR_CONNECTION_RESET", "ERR_CONNECTION_CLOSED", "ERR_EMPTY_RESPONSE", "ERR_CONTENT_LENGTH_MISMATCH")
# What the browser says of an answer that leads to what it does not fetch, such as ftp:, or that it gave up by itself.
ABANDONED = ("ERR_ABORTED", "ERR_UNKNOWN_URL_SCHEME", "ERR_UNSAFE_REDIRECT", "ERR_INVALID_REDIRECT")
# For the browser to announce a download whose headers are here; what has not begun by then has ended.
ANNOUNCE_S = 10.0
_OWN_PAGE = "chrome-error:"
_FIRST_ERROR = 400
_NET_ERROR = re.compile(r"net::(ERR_[A-Z0-9_]+)")
_STORIES = {
    "ERR_NAME_NOT_RESOLVED": "the host name is not known to DNS",
    "ERR_INTERNET_DISCONNECTED": "there is no network",
    "ERR_CONNECTION_REFUSED": "the connection was refused",
    "ERR_CONNECTION_RESET": "the connection was reset",
    "ERR_CONNECTION_CLOSED": "the connection was closed",
    "ERR_EMPTY_RESPONSE": "the connection was closed without an answer",
    "ERR_PROXY_CONNECTION_FAILED": "the proxy does not answer",
    "ERR_TUNNEL_CONNECTION_FAILED": "the proxy refused the connection",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserOptions:
    """How browsers are started and how long they are waited for.

    Attributes:
        channel: Preferred browser: one of ``CHANNELS``. The others are tried after it, in order.
        browser_path: The browser's executable, instead of looking for one.
        driver_path: The WebDriver's executable, instead of looking for one.
        headless: Without a window.
        images: Load pictures also without a window; printing needs them.
        launch_timeout_s: Seconds for a browser to start.
        page_timeout_s: Seconds for a page to come.
        settle_s: Seconds for a page to show what it announces.
        download_timeout_s: Seconds for a file to come whole.
        close_timeout_s: Seconds for each step of ending a browser.
        playwright_ws: Addresses of Playwright servers that have the browsers, with commas or spaces between.
        selenium_url: Addresses of Selenium Grids that have the browsers, likewise.
        client_cert: A certificate (PEM) that the direct lane shows the tenant; browsers have their own.
        client_key: Its key, where it is not in the same file.
        targets: Where links and redirects may lead; ``None`` for anywhere.
        bounds: Bounds on what others send.
        bandwidth: What all downloads share; ``None`` for no bound.
        warn: Is told what the person should know of the machines that have the browsers.
    """

    channel: str = "msedge"
    browser_path: Path | None = None
    driver_path: Path | None = None
    headless: bool = True
    images: bool = False
    launch_timeout_s: float = 60.0
    page_timeout_s: float = 30.0
    settle_s: float = 15.0
    download_timeout_s: float = 600.0
    close_timeout_s: float = 5.0
    playwright_ws: str | None = None
    selenium_url: str | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    targets: Targets | None = None
    bounds: Bounds = field(default_factory=Bounds)
    bandwidth: Bandwidth | None = None
    warn: Callable[[str], None] = _log.warning


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser on this machine."""

    channel: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """Status and headers of an answer; the names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]

    @property
    def is_page(self) -> bool:
        """Whether it is a page of the tenant, and not an HTML file.

        A file is marked as an attachment, or has the name of an HTML file in its header or in its own address. A page
        that comes in a file's place, such as a sign-in, has neither.
        """
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("text/html", "application/xhtml+xml"):
            return False
        if self.headers.get("content-disposition", "").strip().lower().startswith("attachment"):
            return False
        path = urlsplit(self.url).path
        names = (self.file_name or "", path if "/attachment_file/" in path else "")
        return not any(suffix_of(name) in PAGE_SUFFIXES for name in names)

    @property
    def is_file(self) -> bool:
        """Whether a file comes with it."""
        return 200 <= self.status < 300 and not self.is_page

    @property
    def length(self) -> int | None:
        """The announced size of the file; ``None`` if there is none, or if it counts compressed bytes."""
        text = self.headers.get("content-length", "")
        plain = self.headers.get("content-encoding", "identity").lower() == "identity"
        return size_of(text) if plain else None

    @property
    def file_name(self) -> str | None:
        """The name that its Content-Disposition gives."""
        return content_disposition_name(self.headers.get("content-disposition", ""))

    def retry_after_s(self, now: datetime) -> float | None:
        """Seconds that the server asks to wait. A date is compared with the answer's own date, because clocks differ.

        Args:
            now: When the answer came; used if it has no date.
        """
        return retry_after_s(self.headers.get("retry-after"), http_date(self.headers.get("date", "")) or now)


def find_browser(options: BrowserOptions) -> Browser:
    """Look for the browser of the channel asked for, then for the other channels'.

    Raises:
        BrowserMissingError: If there is none, none at ``browser_path``, or if a policy forbids to automate it.
    """
    browser = _look(options)
    if policy := forbidding_policy(browser.channel):
        raise BrowserMissingError(
            f"{browser.channel} may not be automated here: {policy} sets RemoteDebuggingAllowed=0: "
            "ask your administrator"
        )
    return browser


def _look(options: BrowserOptions) -> Browser:
    if options.browser_path is not None:
        if not options.browser_path.is_file():
            raise BrowserMissingError(f"COUPA_BROWSER_PATH={options.browser_path}: there is no such file")
        return Browser(options.channel, options.browser_path)
    wanted = (options.channel, *(item for item in CHANNELS if item != options.channel))
    for channel in wanted:
        for place in _PLACES[channel]:
            path = Path(os.path.expandvars(place))
            if path.is_file():
                return Browser(channel, path)
        for program in _PROGRAMS[channel]:
            if found := shutil.which(program):
                return Browser(channel, Path(found))
    raise BrowserMissingError("no Microsoft Edge, Chrome or Chromium found: make setup, or set COUPA_BROWSER_PATH")


def flags(options: BrowserOptions) -> list[str]:
    """Return the command line flags of every browser that we start."""
    own = [
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-features=msEdgeEnableNurturingFramework,Translate,MediaRouter",
    ]
    if options.headless and not options.images:
        # Images cost bandwidth and memory and show a person nothing; a headed sign-in may need them.
        own.append("--blink-settings=imagesEnabled=false")
    if runs_as_root():
        own.append("--no-sandbox")
    return own


def runs_as_root() -> bool:
    """Return whether we run as root, for whom Chromium's sandbox does not start."""
    return sys.platform != "win32" and os.geteuid() == 0


def shown_address(shown: str, head: ResponseHead | None) -> str:
    """Tell a page's own address. For an answer without a body Chromium shows a page of its own under another one.

    Raises:
        UnreachableError: If Chromium shows one because the way on from the last answer, such as that of a form, failed.
    """
    if not shown.startswith(_OWN_PAGE):
        return shown
    if head is None or head.status < _FIRST_ERROR:
        raise UnreachableError(f"{head.url if head else shown}: the network did not carry what followed")
    return head.url


def page_error(text: str, url: str) -> PageError | None:
    """Read a browser's network error: ``net::ERR_…``, the same text in both libraries.

    Returns:
        ``None`` if the text holds none.
    """
    match = _NET_ERROR.search(text)
    if match is None:
        return None
    name = match[1]
    if name in ("ERR_TIMED_OUT", "ERR_CONNECTION_TIMED_OUT"):
        return PageTimeoutError(f"no answer in time from {url} ({name})")
    if name == "ERR_ABORTED":  # by the browser: a crashed page, or another navigation; the network has no part in it
        return PageError(f"{url}: the browser broke off ({name})")
    kinds = {"ERR_CERT": "its certificate is not trusted", "ERR_SSL": "no secure connection came about"}
    story = _STORIES.get(name) or next((kind_text for kind, kind_text in kinds.items() if name.startswith(kind)), "")
    return UnreachableError(f"{url}: {story} ({name})" if story else f"{url}: {name}")
