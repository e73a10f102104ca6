"""Layer 2: our own input and output, one concern in each file."""
