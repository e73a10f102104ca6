"""Reads HTTP headers and addresses, also malformed ones."""
