"""Connects Selenium's blocking calls and the events from its threads with the event loop.

Calls run in worker threads, each with a deadline. A call that hangs is abandoned; the owner of the session kills its
driver. Events come in Selenium's threads, in no certain order, and are passed on to the loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio import from_thread, lowlevel, to_thread
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chromium.webdriver import ChromiumDriver
from urllib3.exceptions import HTTPError
from websocket import WebSocketException

from backends.browser.chromium import page_error
from backends.browser.understanding import MISUNDERSTOOD, misunderstood
from coupa_async.domain.errors import PageError, PageTimeoutError, SessionLostError

_log = logging.getLogger(__name__)
EVENTS = (
    "browsingContext.domContentLoaded",
    "browsingContext.downloadEnd",
    "browsingContext.downloadWillBegin",
    "browsingContext.navigationFailed",
    "network.fetchError",
    "network.responseStarted",
)
_THREADS = 4
_NAVIGATIONS = 32  # each waits for its first byte, which other calls must be able to let through
# What Selenium's calls raise: its own errors, and those of the two connections to its driver.
FAULTS = (WebDriverException, WebSocketException, HTTPError, OSError)
_GONE = (
    "chrome not reachable",
    "disconnected",
    "invalid session id",
    "not connected to DevTools",
    "target window already closed",
    "no such window",
    "no such frame",
    "session deleted",
    "tab crashed",
)
T = TypeVar("T")
Listener = Callable[[str, Mapping[str, Any]], None]
"""Is told an event's name and parameters."""

# Selenium's websocket library calls the end of every connection an error, on stderr if nobody else listens.
logging.getLogger("websocket").addHandler(logging.NullHandler())
logging.getLogger("websocket").propagate = False


class BidiConnection:
    """One driver's connection to the loop."""

    def __init__(self, driver: ChromiumDriver, *, answer_s: float) -> None:
        """Make a connection.

        Args:
            driver: A started driver.
            answer_s: Seconds that a call may take, unless it says otherwise.
        """
        self.driver = driver
        self._answer_s = answer_s
        self._threads = anyio.CapacityLimiter(_THREADS)
        self._navigations = anyio.CapacityLimiter(_NAVIGATIONS)
        self._token = lowlevel.current_token()
        self._listeners: dict[str, Listener] = {}
        self._elsewhere: Listener = lambda name, params: None

    async def call(self, what: str, function: Callable[[], T], *, within_s: float | None = None) -> T:
        """Make a blocking call.

        Args:
            what: What it is, for messages.
            function: The call.
            within_s: Seconds that it may take.

        Raises:
            SessionLostError: If the browser or the driver is gone, or does not answer in time.
            PageError: If it fails for another reason.
        """
        try:
            with anyio.fail_after(within_s or self._answer_s):
                return await to_thread.run_sync(function, limiter=self._threads, abandon_on_cancel=True)
        except TimeoutError as error:
            raise SessionLostError(f"{what}: the driver does not answer") from error
        except TimeoutException as error:
            raise PageTimeoutError(f"{what}: {first_line(error)}") from error
        except FAULTS as error:
            raise translated(error, what) from error
        except MISUNDERSTOOD as error:  # by Selenium itself, or by us
            raise misunderstood(what, error) from error

    async def command(self, method: str, /, **params: Any) -> Any:
        """Send a WebDriver BiDi command: https://w3c.github.io/webdriver-bidi/."""
        return await self.call(method, lambda: self._send(method, params))

    async def navigate(self, context: str, url: str) -> None:
        """Send a tab to a URL. Events tell the result, so this call has no deadline, and its end means nothing.

        Raises:
            PageError: If the browser does not begin, or breaks off.
        """
        params = {"context": context, "url": url, "wait": "none"}
        go = partial(self._send, "browsingContext.navigate", params)
        try:
            await to_thread.run_sync(go, limiter=self._navigations, abandon_on_cancel=True)
        except (*FAULTS, *MISUNDERSTOOD) as error:
            raise PageError(first_line(error)) from error

    async def begin(self) -> None:
        """Open the BiDi connection and subscribe to the events."""

        def subscribe() -> None:
            connection = self._connection()
            for name in EVENTS:
                connection.add_callback(_Raw(name), lambda params, name=name: self._hand_over(name, params))

        await self.call("the BiDi connection", subscribe)
        await self.command("session.subscribe", events=list(EVENTS))

    def end(self) -> None:
        """Answer all calls that still wait for the browser. Else their threads would keep our process for 30 s."""
        if (connection := getattr(self.driver, "_websocket_connection", None)) is not None:
            connection._messages = _Over()

    def listen(self, context: str, listener: Listener) -> None:
        """Receive the events of a tab, by its browsing context."""
        self._listeners[context] = listener

    def listen_elsewhere(self, listener: Listener) -> None:
        """Receive the events to which nobody else listens: of frames, and of tabs that pages open."""
        self._elsewhere = listener

    def _send(self, method: str, params: Mapping[str, Any]) -> Any:
        reply = self._connection().send_cmd(method, params)
        if "error" in reply:
            raise WebDriverException(f"{reply['error']}: {reply.get('message', '')}")
        return reply["result"]

    def _connection(self) -> Any:
        # `script` opens the connection as every BiDi property does; Selenium has no public name for the connection.
        _ = self.driver.script
        return self.driver._websocket_connection

    def _hand_over(self, name: str, params: Mapping[str, Any]) -> None:
        """Pass an event from Selenium's thread to the loop."""
        try:
            from_thread.run_sync(self._dispatch, name, params, token=self._token)
        except RuntimeError:
            return  # the loop has ended: nobody is left to hear it

    def _dispatch(self, name: str, params: Mapping[str, Any]) -> None:
        try:
            self._listeners.get(str(params.get("context")), self._elsewhere)(name, params)
        except MISUNDERSTOOD as error:  # what waits for it is bounded
            _log.warning("an event of the browser has a form that is not known: %s: %r", name, error)


class _Over(dict[int, Any]):
    """The answers to all commands of a closed connection, in the form that Selenium looks for."""

    def __contains__(self, key: object) -> bool:
        return True

    def pop(self, key: int, *default: Any) -> Any:
        return {"error": "the session is over"}


class _Raw:
    """An event as Selenium's connection wants it described: its name; the parameters stay unchanged."""

    def __init__(self, name: str) -> None:
        self.event_class = name

    def from_json(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return params


def translated(error: Exception, what: str) -> SessionLostError | PageError:
    """Turn an error of Selenium's, or of the connection to its driver, into ours."""
    text = str(getattr(error, "msg", None) or error)
    if not isinstance(error, WebDriverException) or any(sign.lower() in text.lower() for sign in _GONE):
        return SessionLostError(f"the browser is gone: {text.strip().partition(chr(10))[0]}")
    return page_error(text, what) or PageError(f"{what}: {first_line(error)}")


def first_line(error: BaseException) -> str:
    """Leave out the stack of the driver that Selenium adds to its messages."""
    return str(getattr(error, "msg", None) or error).strip().partition("\n")[0]
