"""Browser profiles: one for each worker, cloned from a base profile of our own."""
