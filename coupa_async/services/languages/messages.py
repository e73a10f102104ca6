"""Messages that the program puts together, translated where a person reads them. In the journal they are English.

A message is found by its words, wherever it stands: a reason is often a part of a longer one. What stands for an
address, a name or a number goes over as it is.
"""

from __future__ import annotations

import gettext
import re
from functools import cache

from coupa_async.services.languages.catalogue import mark

# The words of the source, with a name for what varies; tests hold them against it.
MESSAGES = (
    mark("%(failed)s of %(found)s attachments failed: "),
    mark("%(failed)s of %(found)s attachment failed: "),
    mark("Coupa answered %(status)s for %(address)s"),
    mark("Coupa answered %(status)s"),
    mark("no such order in Coupa, or no access to it"),
    mark("a page came instead of a file"),
    mark("it is cut short"),
    mark("it is empty"),
    mark("is cut short in Coupa"),
    mark("is empty in Coupa"),
    mark("taken from the requisition %(address)s"),
    mark("this address shows %(shown)s, not %(asked)s: "),
    mark("neither an order nor a not-found page (title "),
    mark("signed out: Coupa answered with its sign-in page"),
    mark("is it open in another program? Else see its permissions"),
    mark("is not an order number: "),
    mark("it has no digit"),
    mark("it is more than one word"),
    mark("it is a date"),
    mark("the order number is empty"),
    mark("its address is not asked: "),
    mark("the browser is gone: "),
    mark("the transfer broke off"),
    mark("nothing came for %(seconds)s s"),
    mark("no whole file in %(seconds)s s"),
    mark("check network, VPN, proxy and COUPA_BASE_URL, then try again"),
    mark("check network, proxy and COUPA_BASE_URL, then run again"),
    mark("free space or permissions, then run again"),
    mark("wants a user name and a password: set COUPA_USERNAME and COUPA_PASSWORD, or run coupa-async login"),
    mark("was not found: using "),
    mark("running as root: the browser runs with --no-sandbox"),
    mark("another run is at work there: wait for its end, or choose another with -o"),
    mark("the address of your Coupa is not set: "),
    mark("set COUPA_BASE_URL, or --base-url, to what your browser shows there: https://TENANT.coupahost.com"),
    mark("left alone, for they hold no order: "),
    mark("worked on like the others; --visible-only leaves them out"),
    mark("as it was is in "),
    mark("is open in another program: the results are in "),
    mark("it answered %(status)s"),
    mark("%(read)s of %(all)s lines were read"),
    mark("the others may have files"),
    mark("it did not answer in time"),
    mark("its answers take longer"),
)
_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def translated(text: str, texts: gettext.NullTranslations) -> str:
    """Translate what is known of a message.

    Args:
        text: In English.
        texts: Another language's catalogue.
    """
    for original, pattern in _patterns():
        found = texts.gettext(original)
        text = pattern.sub(lambda match, found=found: found % match.groupdict(), text)  # type: ignore[misc]
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Make a pattern of each message, the longest first: what it says is not said by a shorter one, too."""
    ordered = sorted(MESSAGES, key=len, reverse=True)
    return tuple((text, re.compile(_PLACE.sub(r"(?P<\1>[^\\s,;]*[^\\s,;:.])", re.escape(text)))) for text in ordered)
