"""Reads numbers as pages print them, where what they mean is certain.

In `1.234` the point is a decimal sign in English and parts the thousands in German. So a text is read by what its own
form proves; where that leaves two meanings, by the decimal sign of the page; else not at all.
"""

from __future__ import annotations

import re
from decimal import Decimal

from coupa_async.domain.data.labels import words

# Currencies that are not counted in hundredths: ISO 4217.
_NO_DIGITS = words("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF")
_THREE_DIGITS = words("BHD IQD JOD KWD LYD OMR TND")
_CODE = re.compile(r"[A-Z]{3}")
_SIGNS = r"[A-Z]{0,3}[$€£¥₹₽₩₺₫₪฿₴₦₱₡₲₵₸]|[A-Z]{3}|kr\.?|zł|Kč|Ft|lei|Fr\."
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<minus>-)?(?:(?:{_SIGNS}) ?(?P<inner>-)?)?(?P<body>[0-9][0-9.,' ]*?)"
    rf"(?P<after>-)?(?: ?(?:{_SIGNS}))?(?P<close>\))?"
)
_SPELLED = str.maketrans({"\u2212": "-", "\u2019": "'", "\u2018": "'", "`": "'"})
# Groups of three, but for the first one; in India the ones between have two.
_GROUPED = r"[1-9][0-9]{{0,2}}(?:{0}[0-9]{{2,3}})*{0}[0-9]{{3}}"
_LONGEST = 40

_COMMA = words(
    "bg ca cs da de el es-ar es-bo es-cl es-co es-cr es-ec es-es es-py es-uy es-ve et fi fr hr hu id is it lt lv nb nl"
    " nn no pl pt ro ru sk sl sr sv tr uk vi en-za af"
)
_POINT = words("en ja ko zh th he hi ms de-ch de-li it-ch es-mx es-us es-pr es-pa es-pe es-gt es-hn es-ni es-sv es-do")


def decimal_sign_of(language: str) -> str:
    """Return the decimal sign that a page's language has, ``.`` or ``,``; empty if that is not certain."""
    tag = language.replace("_", "-").casefold()
    for key in (tag, tag.partition("-")[0]):
        if key in _POINT or key in _COMMA:
            return "." if key in _POINT else ","
    return ""


def currency_digits(currency: str) -> int | None:
    """Return how many decimals amounts of a currency have; ``None`` for what is no currency's code."""
    if not _CODE.fullmatch(currency):
        return None
    return 0 if currency in _NO_DIGITS else 3 if currency in _THREE_DIGITS else 2


def read_number(text: str, decimal_sign: str = "", digits: int | None = None) -> Decimal | None:
    """Read a number.

    Args:
        text: As printed, perhaps with a currency's code or sign.
        decimal_sign: The page's, ``.`` or ``,``; empty if it is not known.
        digits: How many decimals the number must have if it has any; ``None`` if that is not known.

    Returns:
        The number; ``None`` if the text is none, or may mean two.
    """
    match = _matched(text)
    if match is None:
        return None
    meanings = _meanings(match["body"])
    if len(meanings) == 2:
        meanings = {sign: plain for sign, plain in meanings.items() if _is_possible(plain, sign, decimal_sign, digits)}
    if len(meanings) != 1:
        return None
    (plain,) = meanings.values()
    is_negative = bool(match["minus"] or match["inner"] or match["after"] or match["open"])
    return -Decimal(plain) if is_negative else Decimal(plain)


def proven_sign(text: str) -> str:
    """Return the decimal sign that a number's own form proves, ``.`` or ``,``; empty if it proves none."""
    match = _matched(text)
    meanings = _meanings(match["body"]) if match else {}
    return next(iter(meanings)) if len(meanings) == 1 else ""


def _matched(text: str) -> re.Match[str] | None:
    plain = " ".join(text.translate(_SPELLED).split())
    match = _NUMBER.fullmatch(plain) if len(plain) <= _LONGEST else None
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = sum(bool(match[name]) for name in ("minus", "inner", "after", "open"))
    return match if signs <= 1 else None


def _meanings(body: str) -> dict[str, str]:
    """Return what a number may mean, as plain digits by the decimal sign that it then has; ``""`` for either sign."""
    if body.isdecimal():
        return {"": body}
    found: dict[str, str] = {}
    for sign in ".,":
        whole, _, decimals = body.partition(sign)
        if sign in decimals or (not decimals.isdecimal() and sign in body):
            continue
        apart = {char for char in whole if not char.isdecimal()}
        if not apart:
            is_number = whole.isdecimal() and sign in body
        else:
            (group,) = apart if len(apart) == 1 else ("",)
            is_number = bool(group) and re.fullmatch(_GROUPED.format(re.escape(group)), whole) is not None
        if is_number:
            plain = "".join(filter(str.isdecimal, whole))
            found[sign] = f"{plain}.{decimals}" if decimals else plain
    if len(found) == 2 and len(set(found.values())) == 1:  # parted by spaces or apostrophes alone
        return {"": next(iter(found.values()))}
    return found


def _is_possible(plain: str, sign: str, decimal_sign: str, digits: int | None) -> bool:
    """Return whether a meaning goes with what is known of the page and of the currency."""
    if decimal_sign and sign != decimal_sign:
        return False
    decimals = len(plain.partition(".")[2])
    if digits is None:
        return bool(decimal_sign)
    if digits == 3:  # where three decimals are usual, none at all is no proof
        return bool(decimal_sign) and decimals == digits
    return decimals in (0, digits)
