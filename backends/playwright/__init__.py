"""Sessions through Playwright. Twin of ``backends.selenium``: the same names in the same order."""
