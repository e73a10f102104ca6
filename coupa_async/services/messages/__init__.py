"""Outlook messages among an order's files."""
