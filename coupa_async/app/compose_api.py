"""Makes the parts of a run that ask the tenant's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import SettingsError
from coupa_async.domain.events import Warned
from coupa_async.ports import Observer
from coupa_async.services.api.orders import ApiOrders
from coupa_async.services.collection.find_order import OrderFinder
from coupa_async.services.collection.order_source import OrderSource

if TYPE_CHECKING:
    from backends.browser.chromium import BrowserOptions
    from backends.rest.session import RestBackend


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
    from backends.rest.token_endpoint import ApiClient

    if settings.msg_pdf:
        find_browser(options)
    if settings.client_id is None:
        raise SettingsError("--lane api: COUPA_CLIENT_ID is not set: your Coupa administrator makes the client")
    if settings.client_secret is None and not signs_in and not settings.token_file().exists():
        raise SettingsError(
            "--lane api: COUPA_CLIENT_SECRET is not set: your Coupa administrator makes the client; where it has none, "
            "coupa-async login --api signs you in"
        )
    client = ApiClient(
        base_url=settings.tenant(),
        client_id=settings.client_id,
        secret=settings.client_secret,
        scopes=settings.scopes,
        kept=settings.token_file(),
        rests_s=settings.token_rest_s,
    )
    return open_api(settings.backend, options, client)


def make_source(settings: Settings, bounds: Bounds, notify: Observer, *, reads_data: bool) -> OrderSource | None:
    """Return where orders are read from; ``None`` for the tenant's pages.

    What the API does not show is read from them where a person has signed in.
    """
    if settings.chosen_lane != "api":
        return None
    base_url = settings.tenant()
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
