"""Other machines, disks and browsers to test on."""
