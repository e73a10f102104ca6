"""The commands, one a file: each turns what was typed into a use case's request, and prints what came of it."""
