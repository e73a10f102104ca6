"""The user's spreadsheet: orders read from it, results written into a copy of it."""
