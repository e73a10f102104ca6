"""Browser profiles of a run: one clone of our own base profile for each worker.

::

    profiles/base/         what a sign-in left; held while it is used or copied
    profiles/run-XXXX/     0700, held for as long as the run lives
        seed/              the base as it was when the run began: a clone made again waits for nobody
        worker-1/  …       the clones
"""

from __future__ import annotations

import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coupa_async.domain.errors import ProfileError
from coupa_async.ports import Profile
from coupa_async.services.profiles.copy import copy_local_state, copy_profile, remove, storage_error
from coupa_async.services.profiles.locations import refuse_default
from coupa_async.services.profiles.sweep import end_recorded, forget, held, record_of, sweep

BASE = "base"
# For a copy of the base that another run is making at this moment.
_WAIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProfile:
    """A profile of the user's browser to copy from. It is only read.

    Attributes:
        directory: The user-data directory: ``EDGE_PROFILE_DIR``.
        name: The profile's folder in it: ``EDGE_PROFILE_NAME``.
    """

    directory: Path
    name: str = "Default"

    @property
    def profile(self) -> Path:
        """Where the profile is."""
        return self.directory / self.name

    def check(self, root: Path) -> None:
        """Check that it can be read. Blocking.

        Args:
            root: Where our own profiles are kept; none of them may be a source.

        Raises:
            ProfileError: If it cannot be used.
        """
        if root.resolve() in (self.profile.resolve(), *self.profile.resolve().parents):
            raise ProfileError(f"{self}: that is a profile of ours already: name one of the browser's, or none")
        try:
            next(self.profile.iterdir(), None)
        except OSError as error:
            raise ProfileError(f"{self}: {self.profile} cannot be read: {error.strerror}: check both") from error

    def __str__(self) -> str:
        return f"EDGE_PROFILE_DIR={self.directory} EDGE_PROFILE_NAME={self.name}"


class RunProfiles:
    """The profiles of one run.

    Attributes:
        warnings: Warnings about them for the user.
    """

    def __init__(self, folder: Path, state: Path, warnings: list[str]) -> None:
        self.warnings = warnings
        self._folder = folder
        self._state = state
        self._made = Counter[str]()

    def clone(self, worker: str) -> Profile:
        """Make a worker's profile. A restart gets a fresh one in place of the old one. Blocking.

        Raises:
            StorageError: If it cannot be written. Nothing of it is left then.
        """
        number = self._made[worker]
        self._made[worker] += 1
        if number:
            remove(self._directory(worker, number))
        directory, seed = self._directory(worker, number + 1), self._folder / "seed"
        if seed.is_dir():
            copy_profile(seed, directory)
        else:
            _make(directory)
        return Profile(name=worker, directory=directory, state=self._state, record=record_of(self._folder))

    def _directory(self, worker: str, number: int) -> Path:
        return self._folder / (worker if number == 1 else f"{worker}.{number}")


@contextmanager
def run_profiles(root: Path, state: Path, *, source: SourceProfile | None = None) -> Iterator[RunProfiles]:
    """Hold a folder for the profiles of a run; it is removed at the end. First removes what killed runs left. Blocking.

    Args:
        root: Where profiles are kept.
        state: The storage state that each starts from.
        source: A profile of the user's that the base is copied from afresh.

    Raises:
        ProfileError: If the base is in use, the source cannot be read, or the root is a browser's own.
        StorageError: If they cannot be made.
    """
    refuse_default(root)
    _make(root)
    sweep(root, keep=BASE)
    folder = root / f"run-{secrets.token_hex(4)}"
    try:
        with held(folder, wait_s=_WAIT_S):  # another start's sweep may hold it for a moment
            try:
                _make(folder)
                with held(root / BASE, wait_s=_WAIT_S):
                    warnings = _take_over(source, root / BASE, folder) if source else []
                    if (root / BASE).is_dir():
                        copy_profile(root / BASE, folder / "seed")
                yield RunProfiles(folder, state, warnings)
            finally:
                end_recorded(folder)
                remove(folder)
    finally:
        forget(folder)


@contextmanager
def base_profile(root: Path, state: Path) -> Iterator[Profile]:
    """Hold the base profile alone, to sign in on it. Blocking.

    Raises:
        ProfileError: If it is in use.
        StorageError: If it cannot be made.
    """
    refuse_default(root)
    _make(root)
    with held(root / BASE):
        _make(root / BASE)
        try:
            yield Profile(name=BASE, directory=root / BASE, state=state, record=record_of(root / BASE))
        finally:
            end_recorded(root / BASE)


def forget_base(root: Path) -> None:
    """Remove the base profile, and the sign-in in it. Blocking.

    Raises:
        ProfileError: If it is in use.
        StorageError: If its lock cannot be written.
    """
    _make(root)
    with held(root / BASE):
        end_recorded(root / BASE)
        remove(root / BASE)


def _take_over(source: SourceProfile, base: Path, folder: Path) -> list[str]:
    """Replace the base with a copy of the source. It is staged in the run's folder, so a kill does no harm."""
    source.check(base.parent)
    staged = folder / "staged"
    _make(staged)
    unread = copy_profile(source.profile, staged / "Default")
    copy_local_state(source.directory, staged)
    try:
        if base.exists():
            base.rename(folder / "replaced")
        staged.rename(base)
    except OSError as error:
        raise storage_error(base, error) from error
    remove(folder / "replaced")
    return [f"{source}: not readable, perhaps as the browser is open: {', '.join(unread)}"] if unread else []


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sys.platform != "win32":
            directory.chmod(0o700)  # also one that was made by others
    except OSError as error:
        raise storage_error(directory, error) from error
