"""Answers that a browser holds back over WebDriver BiDi until it is told what to do with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backends.selenium.bidi import BidiConnection
from coupa_async.domain.errors import PageError


async def let_on(bidi: BidiConnection, params: Mapping[str, Any], *, has_head: bool, **forced: Any) -> None:
    """Let a waiting answer go on.

    Args:
        bidi: The browser's connection.
        params: The parameters of its ``network.responseStarted``.
        has_head: Whether it belongs to a page or file that has begun to come.
        forced: What to change in it.
    """
    if not params.get("isBlocked"):
        return
    # A transfer that broke off. Continued like a good one, its download now and then never ends.
    is_broken = params["response"]["status"] <= 0 and has_head
    cure = "network.failRequest" if is_broken else "network.continueResponse"
    try:
        await bidi.command(cure, request=params["request"]["request"], **forced)
    except PageError:
        return  # its tab has gone on to something else: its navigation says so
