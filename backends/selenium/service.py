"""A driver's process: noted before it starts its browser, and deaf to the other users of the machine."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

import psutil
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.chromium.service import ChromiumService
from selenium.webdriver.edge.service import Service as EdgeService

from backends.browser.chromium import Browser, BrowserOptions
from coupa_async.domain.errors import BrowserMissingError
from coupa_async.runtime.processes import apart, child_environment, note, with_children
from coupa_async.runtime.temporary_files import temporary_files_in

_HERE = "127.0.0.1"
_SECRET_BYTES = 32


class _DriverService(ChromiumService):
    """Starts a driver that answers us alone.

    Every user of the machine reaches its port, and could list its sessions and read their cookies, or have it start any
    program as us. So it answers only below a path that nobody can guess, and is asked only where it listens itself.

    Attributes:
        record: The file that notes its process; ``None`` for none.
    """

    record: Path | None = None
    _path_for_us = ""

    def command_line_args(self) -> list[str]:
        self._path_for_us = self._path_for_us or f"/{secrets.token_hex(_SECRET_BYTES)}"
        return [*super().command_line_args(), f"--url-base={self._path_for_us}"]

    @property
    def service_url(self) -> str:
        # Not `localhost`: if that is tried by IPv6 first, another program may listen there.
        return f"http://{_HERE}:{self.port}{self._path_for_us}"

    def start(self) -> None:
        super().start()
        if self.record is not None:  # after a kill before its browser starts, nobody would know of the two
            note(self.record, [psutil.Process(self.process.pid)])

    def is_connectable(self) -> bool:
        """Return whether it listens, and not a program that took its port before it."""
        return any(map(self._is_listening, _running(self.process.pid)))

    def _is_listening(self, process: psutil.Process) -> bool:
        try:
            sockets = process.net_connections("tcp4")
        except psutil.Error:
            return False  # it has ended
        return any(item.status == psutil.CONN_LISTEN and item.laddr == (_HERE, self.port) for item in sockets)


class _EdgeDriverService(_DriverService, EdgeService):
    pass


class _ChromeDriverService(_DriverService, ChromeService):
    pass


def service_of(browser: Browser, options: BrowserOptions, temporary: Path) -> Any:
    """Find the driver: the given one, then one on PATH; else its path stays empty. It gets a temporary folder."""
    kind: Any = _EdgeDriverService if browser.channel == "msedge" else _ChromeDriverService
    name = "msedgedriver" if browser.channel == "msedge" else "chromedriver"
    if options.driver_path is not None and not options.driver_path.is_file():
        raise BrowserMissingError(f"COUPA_DRIVER_PATH={options.driver_path}: there is no such file")
    path = str(options.driver_path) if options.driver_path else shutil.which(name)
    env = {**child_environment(), **temporary_files_in(temporary)}
    how = apart()
    if "creationflags" in how:
        how["creation_flags"] = how.pop("creationflags")  # Selenium's own name for it
    return kind(executable_path=path, env=env, popen_kw=how)


def _running(pid: int) -> list[psutil.Process]:
    try:
        return with_children(psutil.Process(pid))  # a driver's path may be a script's that starts it
    except psutil.Error:
        return []
