"""Signs one session in: by the tenant's own form, or by an SSO that needs no person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from coupa_async.domain.errors import (
    BusyError,
    NotATenantError,
    SignInPassedError,
    SignInRefusedError,
    SignInRequiredError,
    SignInStalledError,
)
from coupa_async.domain.pages.page import SignInPage, is_signed_out, read_page, session_length_s
from coupa_async.domain.pages.sign_in import may_be_told, origin_of, origin_text
from coupa_async.domain.pages.sign_in_form import is_relay
from coupa_async.domain.pages.tenant_page import is_something_else, page_title
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Document, Fill, Session
from coupa_async.services.collection.reading.signed_in import ask

_PROBE = "/order_headers"
_EXPIRATION = "/sessions/expiration_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """User name and password. The password is never shown by accident."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupaSignIn:
    """How to sign in.

    Attributes:
        login_url: Where a sign-in begins: for SSO the base URL (``docs/design/coupa-pages.md``, "Sign-in").
        credentials: ``None`` leaves it to the browser's own SSO, or to a person.
        person_s: How long a person at the browser's window may take for a page; ``None`` if nobody is there.
        trusted: Addresses whose origins may be told the credentials, besides the tenant's and the login URL's.
    """

    base_url: str
    login_url: str
    credentials: Credentials | None = None
    person_s: float | None = None
    trusted: tuple[str, ...] = ()

    async def sign_in(self, session: Session) -> None:
        """Sign a session in.

        Raises:
            SignInRefusedError: If the tenant refuses, or wants what is not configured. Never tried twice.
            BusyError: If it answers 429 or 5xx on the way.
            NotATenantError: If the address shows no page of Coupa.
            UnreachableError: If the network does not carry it.
            PageTimeoutError: If no page comes.
            SignInStalledError: If it stands still between two of its pages, where nobody is asked for anything.
        """
        typed: set[tuple[str, str]] = set()
        filler = self._filler(typed) if self.person_s is None else _leave_it
        document = await session.sign_in(self.login_url, filler, until=self._is_over, within_s=self.person_s)
        _check_busy(document, _bare(document.url))
        if not self._is_in(document):
            raise self._failure(document, has_typed=bool(typed))
        self._check_is_coupas(document)

    async def probe(self, session: Session) -> None:
        """Check whether a session is signed in: ``docs/design/coupa-pages.md``, "Session".

        Raises:
            SignInRequiredError: If it is not.
            SignInPassedError: If it has just been signed in on the way, by an SSO that needed nobody.
            PageError: If the tenant cannot be reached now.
        """
        url = f"{self.base_url}{_PROBE}"
        document, _ = await ask(session, url, self.base_url)  # the list of orders may be more than a user may see
        if document.status in (401, 403):
            self._check_is_coupas(document)
            raise SignInRequiredError(document.url)
        _check_busy(document, url)
        self._check_is_coupas(document)

    async def look(self, session: Session) -> None:
        """Check whether a session is signed in, or was just signed in by an SSO. For a session that nobody else uses.

        Raises:
            SignInRequiredError: If it is not.
            PageError: If the tenant cannot be reached now.
        """
        try:
            await self.probe(session)
        except SignInPassedError:
            await self.probe(session)

    def _is_over(self, document: Document) -> bool:
        return self._is_in(document) or is_busy(document.status)

    async def length_s(self, session: Session) -> float | None:
        """Ask how long the tenant keeps an unused session; ``None`` if it does not say.

        Raises:
            PageError: If the tenant cannot be reached now.
        """
        for path in (_PROBE, _EXPIRATION):
            document = await session.open(f"{self.base_url}{path}")
            is_tenants = origin_of(document.url) == origin_of(self.base_url)
            if is_tenants and (length_s := session_length_s(document.html)) is not None:
                return length_s
        return None

    def _check_is_coupas(self, document: Document) -> None:
        if is_something_else(document.html, self.base_url):
            raise NotATenantError(self.base_url, page_title(document.html))

    def _is_in(self, document: Document) -> bool:
        return not is_signed_out(document.url, self.base_url)

    def _failure(self, document: Document, *, has_typed: bool) -> SignInRefusedError | SignInStalledError:
        """Return what is wrong with a sign-in that ended elsewhere than in the tenant."""
        page = read_page(document.html, document.url, self.base_url)
        ended = f"sign-in ended at {_bare(document.url)}"
        form = page.form if isinstance(page, SignInPage) and self.person_s is None else None
        if form is not None and (asking := self._distrusted(document.url, form.action)):
            return self._distrust(ended, origin_text(asking))
        error = page.error if isinstance(page, SignInPage) else ""
        if self.person_s is None and not error and is_relay(document.html):
            return SignInStalledError(ended)
        if self.person_s is None and not error and form is None:
            error = "nothing there asks for a user name and a password: check COUPA_BASE_URL, or coupa-async login"
        return SignInRefusedError(ended + (f": {error}" if error else ""), is_of_credentials=has_typed)

    def _distrusted(self, *addresses: str) -> str:
        """Return the first address that must not get the credentials: ``docs/design/coupa-pages.md``, "Sign-in".

        Args:
            addresses: Where a form is, and where it leads.
        """
        trusted = (self.login_url, *self.trusted)
        return next((address for address in addresses if not may_be_told(address, self.base_url, trusted)), "")

    def _distrust(self, ended: str, origin: str) -> SignInRefusedError:
        if origin_of(self.base_url)[0] == "https" and origin_of(origin)[0] != "https":
            why = f"{origin} asks for the password without TLS (https), and is not told it: sign in by hand"
            return SignInRefusedError(f"{ended}: {why}")
        why = (
            f"{origin} asks for the password, which only {origin_text(self.base_url)} and origins that you name are "
            f"told: if it is your identity provider, set COUPA_SIGN_IN_ORIGINS={origin}"
        )
        return SignInRefusedError(f"{ended}: {why}", origin=origin if origin_of(origin)[1] else "")

    def _filler(self, used: set[tuple[str, str]]) -> Callable[[Document], Fill | None]:
        """Fill in each form once. A form that comes back is a refusal, and repeated tries lock accounts.

        Args:
            used: Is filled with the forms that were filled in.
        """

        def fill(document: Document) -> Fill | None:
            page = read_page(document.html, document.url, self.base_url)
            if not isinstance(page, SignInPage) or page.form is None:
                return None
            if self.credentials is None:
                raise SignInRefusedError(
                    f"{_bare(document.url)} wants a user name and a password: "
                    "set COUPA_USERNAME and COUPA_PASSWORD, or run coupa-async login"
                )
            form = page.form
            if self._distrusted(page.url, form.action):
                return None  # an SSO may yet go on by itself; if it does not, this is where the sign-in ends
            step = (form.user, form.password)
            if step in used:
                if page.error:
                    raise SignInRefusedError(
                        f"{_bare(document.url)} refused the sign-in: {page.error}", is_of_credentials=True
                    )
                return None
            used.add(step)
            typed = [
                (form.user, self.credentials.username),
                (form.password, self.credentials.password.get_secret_value()),
            ]
            return Fill(fields=tuple((where, text) for where, text in typed if where), submit=form.submit)

        return fill


def _check_busy(document: Document, url: str) -> None:
    if document.status is not None and is_busy(document.status):
        raise BusyError(url, document.status, document.retry_after_s)


def _leave_it(document: Document) -> None:
    """Type nothing: a person does."""


def _bare(url: str) -> str:
    """Remove the query of a sign-in URL."""
    return url.partition("?")[0]
