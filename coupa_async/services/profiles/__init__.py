"""Browser profiles: one a worker, copied from a base profile of our own."""
