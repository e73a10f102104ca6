"""What files are called, what is in them, and whether they are whole."""
