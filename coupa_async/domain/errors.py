"""All errors of the program, as one tree; what the API refuses is in ``domain.api.errors``.

::

    CoupaError
    ├── InputError                 exit 2: the user can mend it before anything is asked of the tenant
    │   ├── SettingsError
    │   ├── WorklistError
    │   ├── BadOrderNumberError    one row's, never the run's
    │   ├── OutputError
    │   ├── ProfileError           in use, not readable, or the browser's own
    │   └── BrowserMissingError
    ├── SignInError                exit 3
    │   ├── SignInRequiredError    a page showed that the session is signed out
    │   │   └── SignInPassedError  an answer came by way of a sign-in: it is asked for again
    │   └── SignInRefusedError     a sign-in was tried and did not work
    ├── SessionLostError           the browser or its driver is gone: a restart, not an outcome
    │   └── LaunchError            it did not even start
    ├── PageError                  one order's page could not be read
    │   ├── UnreachableError       DNS, TLS, proxy, refused or reset connection
    │   ├── BusyError              429, 5xx: the tenant asks to come back later
    │   ├── PageTimeoutError
    │   ├── ExcessivePageError     larger, or nested deeper, than a page may be
    │   ├── NotATenantError        the tenant's address shows something else
    │   ├── UnknownPageError       neither an order, nor a sign-in, nor a not-found page
    │   └── WrongOrderError        another order's page
    ├── DownloadError              one attachment could not be had
    │   ├── RefusedDownloadError   a status other than 200
    │   ├── BrokenDownloadError    empty, or not what its name says
    │   │   └── CutDownloadError   truncated or reset: the transfer, not the file, is broken
    │   ├── NotAFileError          a page came instead of a file
    │   ├── ForbiddenAddressError  a link or a redirect leads where the program does not go
    │   ├── FileTooLargeError      larger than allowed, or than the disk has room for
    │   ├── FileInUseError         another program holds the file, or the order's folder
    │   └── DownloadTimeoutError
    ├── UnexpectedError            a bug, met in one order: that order's, not the run's
    ├── BrokenMessageError         an Outlook message among the files cannot be printed; a note, never an outcome
    └── RunError                   exit 4: the run could not go on
        ├── StorageError           disk full, folder not writable, path too long
        ├── OutageError            the tenant cannot be reached for long
        ├── ProgramError           exit 70: a bug, met by most orders or outside of any
        └── RestartIntensityError  workers die faster than restarting can help
"""

from __future__ import annotations

from coupa_async.domain.redaction import redacted


class CoupaError(Exception):
    """Something went wrong that the program knows about. Cure: see the message; each subclass says its own.

    Attributes:
        url: The address where it went wrong, redirects followed; empty where that is not known, or of no importance.
    """

    url: str = ""

    def __str__(self) -> str:
        """Return the message with redacted addresses."""
        return redacted(super().__str__())


class InputError(CoupaError):
    """What the user gave cannot be used. Cure: mend it as the message says and start again."""


class SettingsError(InputError):
    """A setting is missing or has a bad value. Cure: set the one that the message names."""


class WorklistError(InputError):
    """The spreadsheet cannot be read. Cure: the message names the file, the place and what is expected there."""


class BadOrderNumberError(InputError):
    """A cell does not hold an order number. Cure: write it as Coupa shows it: PO123, US0158122, PO-2024-001."""

    def __init__(self, raw: object, why: str) -> None:
        shown = "" if raw is None else str(raw).strip()
        super().__init__(f"{shown[:60]!r} is not an order number: {why}" if shown else "the order number is empty")


class OutputError(InputError):
    """The output folder cannot be used. Cure: choose another with ``-o``, or free this one."""


class ProfileError(InputError):
    """A browser profile cannot be used. Cure: end what uses it, or name another with ``EDGE_PROFILE_DIR``."""


class BrowserMissingError(InputError):
    """No browser, or no library to drive it. Cure: ``make setup``, or the command that the message gives."""


class SignInError(CoupaError):
    """The tenant wants a sign-in that did not come about. Cure: sign in as the message says, run again to resume."""


class SignInRequiredError(SignInError):
    """A session is signed out. Cure: the run signs in again by itself where it can."""

    def __init__(self, url: str) -> None:
        super().__init__(f"signed out: Coupa answered with its sign-in page ({url})")
        self.url = url


class SignInPassedError(SignInRequiredError):
    """The way to an answer led through a sign-in that needed nobody. Cure: the run asks again, at no order's cost.

    Attributes:
        asked: What was asked for.
        url: Where it led.
    """

    def __init__(self, asked: str, url: str) -> None:
        here, there = (item.partition("?")[0] for item in (asked, url))  # a query may hold what lets one in
        super(SignInRequiredError, self).__init__(f"the way to {here} led through a sign-in, to {there}")
        self.asked = asked
        self.url = url


class SignInRefusedError(SignInError):
    """A sign-in was tried and refused. Cure: check the user name and password, or ``coupa-async login``.

    Attributes:
        is_of_credentials: Whether user name and password were given and refused: they would be again.
        origin: Who asked for the password and was not told it, as only named origins are; else empty.
    """

    def __init__(self, text: str, *, is_of_credentials: bool = False, origin: str = "") -> None:
        super().__init__(text)
        self.is_of_credentials = is_of_credentials
        self.origin = origin


class SessionLostError(CoupaError):
    """The browser or driver behind a session is gone. Cure: the worker is restarted; the order runs again."""


class LaunchError(SessionLostError):
    """A browser did not start. Cure: the worker tries again; if none ever starts, see the message."""


class PageError(CoupaError):
    """An order's page could not be read. Cure: tried again after a while; then the order is FAILED or TIMEOUT."""


class UnreachableError(PageError):
    """The network did not carry the request. Cure: check network, proxy and ``COUPA_BASE_URL``."""


class BusyError(PageError):
    """The tenant answered 429 or 5xx. Cure: wait as long as it asks, then try again.

    Attributes:
        status: The HTTP status.
        retry_after_s: Seconds that the tenant asks to wait; ``None`` if it does not say.
    """

    def __init__(self, url: str, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(f"Coupa answered {status} for {url}")
        self.status = status
        self.retry_after_s = retry_after_s


class SignInStalledError(PageError):
    """A sign-in stood still at a page that asks nobody for anything. Cure: the run tries it again, a few times."""


class PageTimeoutError(PageError):
    """A page did not come in time. Cure: tried again; raise ``COUPA_PAGE_TIMEOUT_S`` for a slow tenant."""


class ExcessivePageError(PageError):
    """A page is larger, or nested deeper, than any real one. Cure: none by itself; look at the page in a browser."""


class UnknownPageError(PageError):
    """A page is none of the known ones. Cure: tried again; a snapshot is kept to look at."""


class NotATenantError(PageError):
    """The tenant's address shows no page of Coupa. Cure: set ``COUPA_BASE_URL`` to the address that a browser shows."""

    def __init__(self, base_url: str, title: str) -> None:
        what = f"{base_url} is no Coupa: it shows a page of something else" + (f", {title[:80]!r}" if title else "")
        super().__init__(f"{what}: set COUPA_BASE_URL to where your browser shows Coupa: https://TENANT.coupahost.com")


class WrongOrderError(PageError):
    """The order's address shows another order. Cure: give its link or id in the sheet, or set ``COUPA_ORDER_PATH``.

    Attributes:
        url: The address.
    """

    def __init__(self, url: str, shown: str, asked: str) -> None:
        super().__init__(f"this address shows {shown}, not {asked}: {url}")
        self.url = url


class UnexpectedError(CoupaError):
    """Something that nobody foresaw, in one order. Cure: none of the user's; ``run.log`` has what a report needs."""

    def __init__(self, error: Exception, log: str = "run.log") -> None:
        super().__init__(f"unexpected: {type(error).__name__}: {error}"[:300] + f", see {log}")


class DownloadError(CoupaError):
    """An attachment could not be had. Cure: tried again where that can help; the order's other files are kept."""


class RefusedDownloadError(DownloadError):
    """The tenant answered an attachment with a status other than 200. Cure: ask who owns it for access.

    Attributes:
        status: The HTTP status.
        retry_after_s: Seconds that the tenant asks to wait; ``None`` if it does not say.
        url: Where it was refused, redirects followed; empty where that is not known.
    """

    def __init__(self, status: int, retry_after_s: float | None = None, url: str = "") -> None:
        super().__init__(f"Coupa answered {status}")
        self.status = status
        self.retry_after_s = retry_after_s
        self.url = url


class BrokenDownloadError(DownloadError):
    """The bytes of an attachment are not whole, or not what its name says. Cure: tried again."""


class CutDownloadError(BrokenDownloadError):
    """The transfer of an attachment broke off. Cure: tried again, with more patience than a file that is bad."""


class NotAFileError(DownloadError):
    """A page came where a file was asked for. Cure: if it is the sign-in page the run signs in again.

    Attributes:
        url: Where the request ended.
        via: The addresses that it passed on the way, the first one first, without ``url``.
        text: What came, where that may be a record of the API; else empty.
    """

    def __init__(self, url: str, via: tuple[str, ...] = (), text: str = "") -> None:
        super().__init__("a page came instead of a file")
        self.url = url
        self.via = via
        self.text = text


class ForbiddenAddressError(DownloadError):
    """A link or redirect leads where the program does not go. Cure: open it by hand, or set ``COUPA_ALLOWED_HOSTS``.

    Attributes:
        url: Where it leads.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"its address is not asked: {reason}")
        self.url = url


class FileTooLargeError(DownloadError):
    """An attachment is larger than allowed, or than the disk has room for. Cure: free space, or allow larger."""


class FileInUseError(DownloadError):
    """A file or a folder is held by another program. Cure: close what shows it, then ``coupa-async retry``."""


class DownloadTimeoutError(DownloadError):
    """An attachment did not come in time. Cure: tried again; raise ``COUPA_DOWNLOAD_TIMEOUT_S``."""


class BrokenMessageError(CoupaError):
    """An Outlook message cannot be read. Cure: none is needed for the order; open the file itself, which is kept."""


class RunError(CoupaError):
    """The run could not go on. Cure: mend what the message names and run again: it resumes."""


class StorageError(RunError):
    """The output folder cannot take more. Cure: free space or permissions, then run again."""


class OutageError(RunError):
    """The tenant cannot be reached for long. Cure: check what the message names, then run again: it resumes."""


class ProgramError(RunError):
    """The program itself is at fault. Cure: report it, with ``coupa-async doctor --json`` and ``run.log``."""


class RestartIntensityError(RunError):
    """Workers were lost faster than restarting can help. Cure: see ``run.log`` for why; run again to resume."""
