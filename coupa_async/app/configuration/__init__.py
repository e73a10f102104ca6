"""The user's settings: declared once, read from flags, variables and files, explained in errors."""
