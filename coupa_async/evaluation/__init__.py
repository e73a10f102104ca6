"""Compares backends, and makes the evidence. Stands on ``app``, as the command line does."""
