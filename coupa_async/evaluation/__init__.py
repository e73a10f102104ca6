"""Backends compared with each other, and the evidence: stands on ``app``, beside the doors."""
