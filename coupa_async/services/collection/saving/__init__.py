"""Saves what an order has: files, its own print, its result, and pages that nobody understood."""
