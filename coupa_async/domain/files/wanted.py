"""Which of an order's attachments are wanted. What is left out on purpose is said, and nothing is lost in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from coupa_async.domain.files.content import suffix_of
from coupa_async.domain.files.naming import attachment_name, fold
from coupa_async.domain.order import Attachment, AttachmentIntent, AttachmentPlace, AttachmentSource

PLACES = ("header", "lines", "comments", "requisition")
_PLACE_OF = {AttachmentPlace.LINE: "lines", AttachmentPlace.COMMENT: "comments"}
_SAME_TYPES = {"jpeg": "jpg", "tiff": "tif", "html": "htm"}

Named = tuple[AttachmentSource, Attachment]
"""The page that names an attachment, and the attachment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFiles:
    """Which attachments are wanted; by default all.

    Attributes:
        types: Extensions, without the dot; empty for all.
        names: Patterns with ``*`` and ``?``, of which a name must match one; case does not count. Empty for all.
        intent: For whom they are; ``None`` for all.
        places: Of ``PLACES``; empty for all. What stands in no known place counts as of the header.
    """

    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    intent: AttachmentIntent | None = None
    places: tuple[str, ...] = ()

    @property
    def has_requisition(self) -> bool:
        """Whether attachments of a requisition may be wanted."""
        return not self.places or "requisition" in self.places

    @property
    def has_lines(self) -> bool:
        """Whether attachments of the order's lines may be wanted."""
        return not self.places or "lines" in self.places

    def choose(self, named: Sequence[Named]) -> tuple[list[Named], str]:
        """Choose from what an order's pages name.

        Returns:
            What is wanted, and a sentence on what is not; empty if all is.
        """
        wanted: list[Named] = []
        left: Counter[str] = Counter()
        for source, attachment in named:
            if option := self._left_out_by(source, attachment):
                left[option] += 1
            else:
                wanted.append((source, attachment))
        note = ", ".join(f"{count} of {len(named)} left out by {option}" for option, count in left.items())
        return wanted, note

    def _left_out_by(self, source: AttachmentSource, attachment: Attachment) -> str:
        """Return the option that leaves an attachment out; empty if it is wanted."""
        place = "requisition" if source is AttachmentSource.REQUISITION else _PLACE_OF.get(attachment.place, "header")
        if self.places and place not in self.places:
            return "--from"
        is_suppliers = attachment.intent is AttachmentIntent.SUPPLIER
        if self.intent is not None and is_suppliers != (self.intent is AttachmentIntent.SUPPLIER):
            return "--intent"
        name = attachment_name(attachment, None)
        suffix = suffix_of(name)
        # A file whose page shows no extension may be of any type: only its download tells.
        if self.types and suffix and _type(suffix) not in map(_type, self.types):
            return "--types"
        if self.names and not any(fnmatchcase(fold(name), fold(pattern)) for pattern in self.names):
            return "--names"
        return ""


ALL_FILES = WantedFiles()


def _type(suffix: str) -> str:
    plain = suffix.strip().lstrip("*.").lower()
    return _SAME_TYPES.get(plain, plain)
