"""Columns: which is what, which are ours to fill, and what goes into them."""
