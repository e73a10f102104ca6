"""Checks the API's client for ``doctor``: its token, its scopes, and one lookup."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from coupa_async.app.compose import find_backend
from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.api.answers import records, text
from coupa_async.domain.api.errors import ApiRefusalError, TokenRefusedError
from coupa_async.domain.api.queries import any_comments, any_order, any_requisition
from coupa_async.domain.errors import BusyError, InputError, NotATenantError, PageError, SignInError
from coupa_async.ports import Profile, Session
from coupa_async.services.api.ask import ask
from coupa_async.services.api.sign_in import ApiSignIn
from coupa_async.services.diagnostics.checks import Finding, bad, good, note

_PAGE = "docs/guide/api.md has what to ask your administrator for"


async def check_api(settings: Settings) -> list[Finding]:
    """Get a token if none is kept, ask for an order, and see which scopes the client has."""
    try:
        backend, _ = find_backend(settings)
    except InputError as error:
        return [bad("API client", str(error), _PAGE)]
    with tempfile.TemporaryDirectory() as folder:
        async with backend.session(Profile(name="doctor", directory=Path(folder) / "profile")) as session:
            return await _bounded(lambda: _check(settings.tenant(), session))


async def _bounded(check: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    try:
        return await check()
    except SignInError as error:
        return [bad("sign-in", str(error), _PAGE)]
    except BusyError as error:
        return [note("API", str(error), "it is busy: a run waits for it")]
    except NotATenantError as error:
        return [bad("API", str(error), "")]
    except PageError as error:
        return [bad("API", str(error), "check COUPA_BASE_URL and the proxy, and whether your Coupa has its API open")]


async def _check(base_url: str, session: Session) -> list[Finding]:
    flow = ApiSignIn(base_url)
    try:
        await flow.probe(session)
    except TokenRefusedError:
        await flow.sign_in(session)  # what an earlier run kept holds no longer
    found = [good("sign-in", "the API takes the token")]
    orders = records(await ask(session, any_order(base_url), base_url)) or []
    if not orders:
        found.append(note("lookup", "the API shows no order at all", "ask whether the client may see your companies"))
        return found
    found.append(good("lookup", "the API shows orders"))
    for name, url in (
        ("core.comment.read", any_comments(base_url, text(orders[0], "id"))),
        ("core.requisition.read", any_requisition(base_url)),
    ):
        try:
            await ask(session, url, base_url)
        except ApiRefusalError as error:
            found.append(note("scope", f"{name} is missing: {error}", f"orders lose what it covers: {_PAGE}"))
        else:
            found.append(good("scope", name))
    return found
