"""Sessions through Selenium and msedgedriver. Twin of ``backends.playwright``: the same names in the same order."""
