"""Makes the bundle that needs no Python."""
