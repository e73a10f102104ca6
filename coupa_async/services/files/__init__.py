"""Files and folders of orders on the disk."""
