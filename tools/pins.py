"""Reads ``requirements.lock``: each package that the project uses, with the digests of its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[1] / "requirements.lock"
_PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;\\]+)")
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pins(text: str) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Return each package's version and the digests that its files may have, by its normal name."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for part in re.split(r"(?m)^(?=[A-Za-z0-9])", text):
        if pin := _PIN.match(part):
            found[canonicalize_name(pin[1])] = (pin[2], frozenset(_DIGEST.findall(part)))
    return found


def is_pinned(name: str, digest: str, known: Mapping[str, tuple[str, frozenset[str]]]) -> bool:
    """Return whether a package's file is one of those that were pinned."""
    return digest in known.get(canonicalize_name(name), ("", frozenset()))[1]
