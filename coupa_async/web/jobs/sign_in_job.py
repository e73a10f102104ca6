"""A sign-in that was asked for from the page: one at a time, beside every request, until it is done or given up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.sign_in import SignInState, sign_in
from coupa_async.domain.errors import CoupaError, ProgramError, UnexpectedError
from coupa_async.domain.events import Event, Warned

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SignInJob:
    """One sign-in.

    Attributes:
        steps: What was told of it, the latest last.
        state: What came of it; ``None`` before its end, and if it failed.
        error: Why it failed; ``None`` if it did not.
        was_given_up: Whether a person cancelled it.
    """

    steps: list[str] = field(default_factory=list)
    state: SignInState | None = None
    error: CoupaError | None = None
    was_given_up: bool = False
    is_over: bool = False
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    def note(self, event: Event, /) -> None:
        """Receive an event."""
        if isinstance(event, Warned):
            self.steps.append(event.text)


class SignInJobs:
    """Starts sign-ins.

    Attributes:
        latest: The one that goes on, or the last one; ``None`` before the first.
    """

    def __init__(self, tasks: TaskGroup, read_settings: Callable[[], Settings]) -> None:
        """Take where they run, and what reads the settings (blocking)."""
        self.latest: SignInJob | None = None
        self._tasks = tasks
        self._read_settings = read_settings

    @property
    def active(self) -> SignInJob | None:
        """The sign-in that goes on."""
        return self.latest if self.latest is not None and not self.latest.is_over else None

    def begin(self) -> None:
        """Begin one, unless one goes on."""
        if self.active is None:
            self.latest = SignInJob()
            self._tasks.start_soon(self._work, self.latest, name="sign-in")

    def give_up(self) -> None:
        """Close the window of the one that goes on."""
        if (job := self.active) is not None:
            job.was_given_up = True
            job.scope.cancel("a person cancelled the sign-in")

    async def _work(self, job: SignInJob) -> None:
        try:
            with job.scope:
                settings = await to_thread.run_sync(self._read_settings)
                job.state = await sign_in(settings, job.note)
        except CoupaError as error:
            job.error = error
        except Exception as error:  # noqa: BLE001 - the page goes on, and says it
            _log.exception("a sign-in met an error that nobody foresaw")
            job.error = ProgramError(str(UnexpectedError(error)))
        finally:
            job.is_over = True
