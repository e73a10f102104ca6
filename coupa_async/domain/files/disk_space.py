"""Decides whether there is room for a file: its size against what is free and what must stay free."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.bounds import Bounds

# On a small disk the whole reserve would leave no room for anything.
_RESERVE_SHARE = 10
# A file below this never is the reason why a disk is full.
_SMALL_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The disk that files are written to.

    Attributes:
        total_bytes: Its size.
        free_bytes: How much we may still write.
    """

    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file is refused.

    Attributes:
        is_its_own: Whether only this file is too large, so that others still have room. Else the disk is full.
    """

    reason: str
    is_its_own: bool


def too_large(size_bytes: int, bounds: Bounds) -> Refusal | None:
    """Compare a size with the largest that is allowed.

    Args:
        size_bytes: The announced size, or what has come so far.
        bounds: ``file_bytes`` of them.
    """
    if bounds.file_bytes is None or size_bytes <= bounds.file_bytes:
        return None
    reason = f"larger than {shown_size(bounds.file_bytes)}, the most that COUPA_MAX_FILE_MB allows"
    return Refusal(reason=reason, is_its_own=True)


def no_room(arrived_bytes: int, announced_bytes: int | None, space: Space, bounds: Bounds) -> Refusal | None:
    """Compare the part of a file that is still to come with the room on the disk.

    Args:
        arrived_bytes: What is on the disk already.
        announced_bytes: The whole file's size; ``None`` if it is unknown.
        space: The disk as it is now.
        bounds: Their ``disk_reserve_bytes``; on a small disk, a tenth of the disk at most.
    """
    whole_bytes = max(arrived_bytes, announced_bytes or 0)
    if space.free_bytes - (whole_bytes - arrived_bytes) >= _reserve(space, bounds):
        return None
    return _refusal(whole_bytes, space, bounds)


def disk_full(arrived_bytes: int, announced_bytes: int | None, space: Space, bounds: Bounds) -> Refusal:
    """Refuse a file that the disk could not take, whatever free space it reports: quotas do not show in that."""
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
