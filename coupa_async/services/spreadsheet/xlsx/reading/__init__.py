"""Reads worksheets as a stream."""
