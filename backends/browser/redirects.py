"""Where a download's redirects lead: a browser would follow them into the network behind the firewall, too."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin

from coupa_async.domain.errors import ForbiddenAddressError
from coupa_async.domain.http.targets import Targets
from coupa_async.runtime.name_lookup import check_target


async def forbidden_redirect(url: str, headers: Mapping[str, str], targets: Targets) -> ForbiddenAddressError | None:
    """Check whether a redirect of a download may be followed.

    Args:
        url: The address that answered with it.
        headers: Its headers; names in lower case.
        targets: Where files may be fetched from.

    Returns:
        Why not; ``None`` if it may, or leads nowhere.
    """
    try:
        to = urljoin(url, headers.get("location", ""))
        await check_target(to, targets)
    except ForbiddenAddressError as error:
        return error
    except ValueError:
        return None  # no address at all: the browser says so
    return None
