"""One page for each user: a second start finds the first and has it open another window."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coupa_async.app.configuration.user_folders import data_dir
from coupa_async.domain.errors import OutputError, RunError
from coupa_async.runtime.disk_errors import private
from coupa_async.runtime.temporary_files import staged
from coupa_async.services.files.lock import locked
from coupa_async.web.serving.access import Access

_WITHIN_S = 5.0


class AnotherRunsError(OutputError):
    """The page is served already. Cure: none is needed; it is asked for another window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPage:
    """Where a page is served, as its file says."""

    base_url: str
    start_key: str

    def another_address(self) -> str:
        """Ask for an address that lets one more window in. Blocking.

        Raises:
            RunError: If it does not answer.
        """
        headers = {"Authorization": f"Bearer {self.start_key}"}
        request = urllib.request.Request(f"{self.base_url}/another", b"", headers)  # noqa: S310 - on this machine
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_WITHIN_S) as answer:
                return str(json.load(answer)["address"])
        except (OSError, ValueError, KeyError) as error:
            raise RunError(
                f"coupa-async app is running and does not answer ({error}): end it, then start it again"
            ) from error


def app_dir() -> Path:
    """Return the folder for what the page keeps."""
    return data_dir() / "app"


@contextmanager
def single_instance(folder: Path) -> Iterator[None]:
    """Be the only page of this user while the block runs. Blocking.

    Raises:
        AnotherRunsError: If another one is served.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder / "lock", AnotherRunsError(f"{folder}: coupa-async app runs already")):
        _file(folder).unlink(missing_ok=True)  # of one that was killed: it would mislead a second start
        yield


def write_address(folder: Path, access: Access) -> None:
    """Write down where the page is, readable for the user alone. Blocking."""
    text = json.dumps({"base_url": f"{access.origin}{access.base}", "start_key": access.start_key})
    with staged(_file(folder)) as part:
        with open(part, "xb", opener=private) as file:
            file.write(text.encode())
        part.replace(_file(folder))


def read_address(folder: Path) -> ServedPage:
    """Read where the page is. Blocking.

    Raises:
        RunError: If that is not known.
    """
    try:
        told = json.loads(_file(folder).read_text(encoding="utf-8"))
        return ServedPage(base_url=told["base_url"], start_key=told["start_key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"coupa-async app is starting, or ends just now ({error}): try again") from error


def _file(folder: Path) -> Path:
    return folder / "served.json"
