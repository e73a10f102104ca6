"""Layer 5: the command line. It imports ``app`` and what is below, never the backends."""
