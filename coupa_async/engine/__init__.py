"""Layer 3: who runs, who restarts, who stops. The task groups of the program are here."""
