"""Reads an order: its page, its requisition's, and the attachments that they name."""
