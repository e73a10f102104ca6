"""Layer 1: processes, threads, temporary files and disks, as the layers above need them."""
