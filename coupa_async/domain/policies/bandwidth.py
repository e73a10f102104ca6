"""How many bytes may come in a second: how a person writes it, and how long what came is to be waited for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

LEAST_PER_S = 16_000  # below it, one read of a connection is as long as a silence that ends a download
_BURST_S = 0.1  # what was not used so long ago may be used now
_BYTES = {"": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9}
_BINARY = {"kib": 2**10, "mib": 2**20, "gib": 2**30}
_BITS = {"kbit": 125, "kbps": 125, "mbit": 125_000, "mbps": 125_000, "gbit": 125_000_000, "gbps": 125_000_000}
_UNITS = _BYTES | _BINARY | _BITS
_UNCLEAR = ("Kb", "Mb", "Gb")  # bits, by the book; but whoever writes it may mean bytes


def parse_bandwidth(text: str) -> int | None:
    """Read a number of bytes a second, such as ``2MB/s``, ``500 kB`` or ``16Mbit/s``; nothing, or ``off``, is no bound.

    Raises:
        ValueError: If it is none, or too small.
    """
    plain = text.strip().removesuffix("/s").rstrip()
    if plain.lower() in ("", "off"):
        return None
    number = plain.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    unit = plain[len(number) :]
    if unit in _UNCLEAR:
        raise ValueError(f"{text!r} may mean bits or bytes: write {number.strip()}{unit[0]}B/s, or {unit[0]}bit/s")
    digits = number.strip()
    if unit.lower() not in _UNITS or not digits.replace(".", "", 1).isdecimal() or not digits.isascii():
        raise ValueError(f"{text!r} is no bandwidth: write 2MB/s, 500kB/s or 16Mbit/s")
    per_s = int(float(digits) * _UNITS[unit.lower()])
    if per_s < LEAST_PER_S:
        raise ValueError(f"{text!r} is less than {LEAST_PER_S // 1000}kB/s")
    return per_s


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """What came is paid for in time, at so many bytes a second.

    Attributes:
        paid_s: Until when everything that came is paid for.
    """

    paid_s: float = float("-inf")

    def took(self, size_bytes: int, per_s: float, now_s: float) -> TokenBucket:
        """Return the bucket after some bytes more."""
        return replace(self, paid_s=max(self.paid_s, now_s - _BURST_S) + size_bytes / per_s)
