"""The tables of corrected numbers, in the journal's file: what was decided, and what is open."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS corrections (
    key TEXT PRIMARY KEY, shown TEXT NOT NULL, to_key TEXT NOT NULL, to_shown TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS corrections_to ON corrections (to_key);
CREATE TABLE IF NOT EXISTS trials (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, shown TEXT NOT NULL, to_key TEXT NOT NULL,
    to_shown TEXT NOT NULL, folder TEXT NOT NULL, is_kept INTEGER NOT NULL
) STRICT;
"""
# Of an order: the numbers that the spreadsheet has for it; empty if that is its own.
CORRECTED_FROM = "coalesce((SELECT group_concat(c.shown, ', ') FROM corrections c WHERE c.to_key = orders.key), '')"
