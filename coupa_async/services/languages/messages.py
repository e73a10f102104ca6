"""Messages that the program puts together, translated where a person reads them. In the journal they are English.

A message is found by its words, wherever it stands: a reason is often a part of a longer one. What stands for an
address, a name or a number goes over as it is.
"""

from __future__ import annotations

import gettext
import re
from functools import cache

from coupa_async.services.languages.catalogue import mark
from coupa_async.services.languages.phrases_of_input import PHRASES as PHRASES_OF_INPUT
from coupa_async.services.languages.phrases_of_runs import PHRASES as PHRASES_OF_RUNS

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
    mark("was not found: using %(browser)s at "),
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
_NAMED = re.compile(r"%\(\w+\)s")
_WORD = re.compile(r"[A-Za-z]+")
# What stands for a name of several words is called so; anything else is one word, or what is in quotation marks.
_TEXT, _TOKEN = r".+?", r"'[^']*'|\"[^\"]*\"|[^\s,;]*[^\s,;:.]"
# A phrase of fewer words may be a part of a file's name as well: it is only known where it is all that is said.
_FEW_WORDS = 3


def translated(text: str, texts: gettext.NullTranslations) -> str:
    """Translate what is known of a message.

    Args:
        text: In English.
        texts: Another language's catalogue.
    """
    for original, sign, pattern, is_whole in _patterns():
        if sign not in text or (is_whole and not pattern.fullmatch(text)):
            continue
        found = texts.gettext(original)
        text = pattern.sub(lambda match, found=found: found % match.groupdict(), text)  # type: ignore[misc]
    return text


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str], bool], ...]:
    """Make a pattern of each message, with a part that tells at once where it is not.

    The longest come first: what one says is not said by a shorter one, too.
    """
    phrases = (*PHRASES_OF_INPUT, *PHRASES_OF_RUNS)
    known = dict.fromkeys(MESSAGES, False) | {text: _is_short(text) for text in phrases}
    return tuple(
        (
            text,
            max(_NAMED.split(text), key=len),
            re.compile(_PLACE.sub(_place, re.escape(text))),
            known[text],
        )
        for text in sorted(known, key=len, reverse=True)
    )


def _place(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{_TEXT if found[1].startswith('text') else _TOKEN})"


def _is_short(text: str) -> bool:
    return len(_WORD.findall(_NAMED.sub("", text))) < _FEW_WORDS and not text.endswith((": ", " ("))
