"""Draws the pictures of ``docs``."""
