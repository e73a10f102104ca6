"""Reads Coupa's pages: what a page is, which order it belongs to, and which attachments it names."""
