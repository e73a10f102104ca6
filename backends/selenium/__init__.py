"""Sessions through Selenium and msedgedriver. Twin of ``backends.playwright``."""
