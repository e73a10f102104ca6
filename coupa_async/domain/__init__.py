"""Layer 0: decisions as pure functions. No anyio, no files, no clock, no randomness."""
