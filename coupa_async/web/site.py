"""What all pages share: who may use them, what runs, what was given to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from starlette.requests import Request

from coupa_async.app.configuration.settings import Settings
from coupa_async.web.jobs.runner import Runner
from coupa_async.web.jobs.sign_in_job import SignInJobs
from coupa_async.web.serving.access import Access
from coupa_async.web.serving.presence import Presence
from coupa_async.web.sheets import SheetStore

OpenOnDesktop = Callable[[Path], None]


@dataclass(slots=True, kw_only=True)
class Site:
    """The page of one user.

    Attributes:
        read_settings: Reads the settings as they stand now. Blocking.
        output_root: Where output folders are proposed.
        open_on_desktop: Shows a file or folder with the system's own program. Blocking.
        closing: Set when the page ends; whoever listens to it then leaves.
    """

    access: Access
    presence: Presence
    runner: Runner
    sheets: SheetStore
    sign_in: SignInJobs
    read_settings: Callable[[], Settings]
    output_root: Path
    open_on_desktop: OpenOnDesktop
    closing: anyio.Event = field(default_factory=anyio.Event)


def site_of(request: Request) -> Site:
    """Return the site that a request is for."""
    site: Site = request.app.state.site
    return site
