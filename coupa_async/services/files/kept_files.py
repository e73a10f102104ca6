"""Verified files under their final names in an order's folder."""

from __future__ import annotations

from collections.abc import Sequence

from coupa_async.domain.errors import FileInUseError
from coupa_async.domain.files.naming import fold, unique_name
from coupa_async.domain.outcome import FailedAttachment, SavedAttachment
from coupa_async.services.collection.saving.fetch import Staged
from coupa_async.services.files.order_folder import OrderFolder


def keep_files(
    staged: Sequence[Staged], folder: OrderFolder
) -> tuple[tuple[SavedAttachment, ...], tuple[FailedAttachment, ...]]:
    """Give the files their final names in page order, whichever download ended first. Blocking.

    Returns:
        The files kept, and those that cannot be, such as one whose earlier version a viewer holds open.
    """
    taken: set[str] = set()
    saved, failed = [], []
    for file in staged:
        name = unique_name(file.name, taken)
        taken.add(fold(name))
        try:
            folder.keep(file.part, name, file.size_bytes)
        except FileInUseError as error:
            folder.discard(file.part)
            failed.append(FailedAttachment(id=file.attachment.id, name=name, reason=str(error)))
            continue
        saved.append(
            SavedAttachment(
                id=file.attachment.id,
                kind=file.attachment.kind,
                source=file.source,
                name=name,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
                seconds=file.seconds,
                note="; ".join(file.notes),
                place=file.attachment.where,
                intent=file.attachment.intent,
            )
        )
    return tuple(saved), tuple(failed)
