"""Reads what the tenant's official API answers: ``docs/guide/api.md``. It gives the same records as a page."""
