"""Collects one order through one session: its page, its attachments, its folder, its result."""
