"""Reads what the tenant's official API answers: ``docs/api.md``. It gives the same records as a page."""
