"""Whether a file may come in: how large it is, or has become, against what is free and what is to stay free."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.bounds import Bounds

# On a small disk the whole reserve would leave no room for anything.
_RESERVE_SHARE = 10
# A file below this never is the reason why a disk is full.
_SMALL_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The disk that files come to.

    Attributes:
        total_bytes: Its size.
        free_bytes: What we may still write.
    """

    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file may not come in.

    Attributes:
        is_its_own: The file is too large; without it the others find room. Else the disk is full, whatever comes.
    """

    reason: str
    is_its_own: bool


def too_large(size_bytes: int, bounds: Bounds) -> Refusal | None:
    """Hold a size against the largest that is allowed.

    Args:
        size_bytes: As announced, or as it has come.
        bounds: ``file_bytes`` of them.
    """
    if bounds.file_bytes is None or size_bytes <= bounds.file_bytes:
        return None
    reason = f"larger than {shown_size(bounds.file_bytes)}, the most that COUPA_MAX_FILE_MB allows"
    return Refusal(reason=reason, is_its_own=True)


def no_room(arrived_bytes: int, announced_bytes: int | None, space: Space, bounds: Bounds) -> Refusal | None:
    """Hold what is still to come of a file against the disk.

    Args:
        arrived_bytes: What is on the disk already.
        announced_bytes: The whole file's size; ``None`` if nobody says.
        space: The disk as it is now.
        bounds: ``disk_reserve_bytes`` of them, of which a small disk keeps a tenth of itself at most.
    """
    whole_bytes = max(arrived_bytes, announced_bytes or 0)
    if space.free_bytes - (whole_bytes - arrived_bytes) >= _reserve(space, bounds):
        return None
    return _refusal(whole_bytes, space, bounds)


def disk_full(arrived_bytes: int, announced_bytes: int | None, space: Space, bounds: Bounds) -> Refusal:
    """Judge a file that the disk took no more of, whatever it says of its free space: a quota says nothing there."""
    refusal = _refusal(max(arrived_bytes, announced_bytes or 0), space, bounds)
    is_free = space.free_bytes >= _reserve(space, bounds)
    return Refusal(reason=refusal.reason, is_its_own=refusal.is_its_own or is_free)


def shown_size(size_bytes: int) -> str:
    """Write a size for people, in units of 1024: ``12 kB``, ``3.4 GB``."""
    size, unit = float(size_bytes), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.0f} {unit}" if size >= 10 or unit == "bytes" else f"{size:.1f} {unit}"


def _refusal(whole_bytes: int, space: Space, bounds: Bounds) -> Refusal:
    reserve = _reserve(space, bounds)
    reason = (
        f"no room for a file of {shown_size(whole_bytes)} or more: {shown_size(space.free_bytes)} are free, "
        f"of which {shown_size(reserve)} are kept free"
    )
    return Refusal(reason=reason, is_its_own=whole_bytes >= max(reserve, _SMALL_BYTES))


def _reserve(space: Space, bounds: Bounds) -> int:
    return min(bounds.disk_reserve_bytes, space.total_bytes // _RESERVE_SHARE)
