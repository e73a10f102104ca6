"""Makes the parts of a run that ask the tenant's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import SettingsError
from coupa_async.domain.events import Warned
from coupa_async.ports import Backend, Observer
from coupa_async.services.api.ids import OrderIds
from coupa_async.services.api.orders import ApiOrders
from coupa_async.services.collection.reading.find_order import FindId, OrderFinder
from coupa_async.services.collection.reading.order_source import OrderSource

if TYPE_CHECKING:
    from backends.browser.chromium import BrowserOptions
    from backends.rest.session import RestBackend
    from backends.rest.token_endpoint import ApiClient


def make_api_backend(settings: Settings, options: BrowserOptions, *, signs_in: bool = False) -> RestBackend:
    """Make the backend of the tenant's API. No browser need be here, unless messages are to be printed.

    Args:
        settings: Which client.
        options: Of browsers and connections.
        signs_in: Whether a person is about to sign in, so that no secret is needed.

    Raises:
        SettingsError: If the client is not set.
        BrowserMissingError: If messages are to be printed, and there is no browser.
    """
    from backends import open_api
    from backends.browser.chromium import find_browser

    if settings.msg_pdf:
        find_browser(options)
    if settings.client_id is None:
        raise SettingsError("--lane api: COUPA_CLIENT_ID is not set: your Coupa administrator makes the client")
    if settings.client_secret is None and not signs_in and not settings.token_file().exists():
        raise SettingsError(
            "--lane api: COUPA_CLIENT_SECRET is not set: your Coupa administrator makes the client; where it has none, "
            "coupa-async login --api signs you in"
        )
    return open_api(settings.backend, options, _client(settings, settings.client_id))


def with_api(backend: Backend, settings: Settings, options: BrowserOptions) -> Backend:
    """Let the pages' backend ask the API as well, where its client is set."""
    if not settings.has_api or settings.client_id is None:
        return backend
    from backends import open_beside

    return open_beside(backend, options, _client(settings, settings.client_id))


def make_find_id(settings: Settings, bounds: Bounds, notify: Observer) -> FindId | None:
    """Return what tells the ids of orders for their pages; ``None`` if the API's client is not set."""
    if not settings.has_api:
        return None
    return OrderIds(settings.tenant(), bounds, lambda text: notify(Warned(text=text, is_lasting=True)))


def _client(settings: Settings, client_id: str) -> ApiClient:
    from backends.rest.token_endpoint import ApiClient

    return ApiClient(
        base_url=settings.tenant(),
        client_id=client_id,
        secret=settings.client_secret,
        scopes=settings.scopes,
        kept=settings.token_file(),
        rests_s=settings.token_rest_s,
    )


def make_source(settings: Settings, bounds: Bounds, notify: Observer, *, reads_data: bool) -> OrderSource:
    """Return where orders are read from.

    What the API does not show is read from pages where a person has signed in. Where pages are read, and its client is
    set, the API tells their ids.
    """
    base_url = settings.tenant()
    if settings.chosen_lane != "api":
        find_id = make_find_id(settings, bounds, notify)
        return OrderFinder(base_url, settings.order_path, bounds, reads_data=reads_data, find_id=find_id)
    has_person = settings.state_file().exists()
    return ApiOrders(
        base_url,
        settings.order_path,
        bounds,
        reads_data=reads_data,
        reads_lines=settings.lines,
        pages=OrderFinder(base_url, settings.order_path, bounds) if has_person else None,
        warn=lambda text: notify(Warned(text=text, is_lasting=True)),
    )
