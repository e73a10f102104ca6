"""What ``doctor`` checks, and readings of memory."""
