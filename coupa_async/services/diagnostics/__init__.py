"""The checks of ``doctor``, and readings of memory."""
