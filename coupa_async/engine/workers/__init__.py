"""Workers: one session at a time each, its orders in flight, and its restarts."""
