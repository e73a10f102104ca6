"""What a workbook is told by."""

from __future__ import annotations

from coupa_async.domain.errors import WorklistError


class CannotEditError(WorklistError):
    """A workbook is made in a way that no cell can be set in safely. Cure: save it anew in a spreadsheet program."""
