"""Rows: which of them are orders, and on which sheet."""
