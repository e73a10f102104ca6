"""The pages, a file for each step of the way."""
