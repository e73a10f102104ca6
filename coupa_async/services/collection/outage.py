"""Decides whether only one host cannot be reached, or the network is down for everything."""

from __future__ import annotations

from coupa_async.domain.errors import PageError, UnreachableError
from coupa_async.ports import Session


async def is_out(error: PageError, session: Session, base_url: str) -> bool:
    """Return, after another host's error, whether the tenant cannot be reached either."""
    if not isinstance(error, UnreachableError):
        return False
    try:
        await session.open(f"{base_url}/order_headers")
    except UnreachableError:
        return True
    except PageError:
        return False  # it was reached
    return False
