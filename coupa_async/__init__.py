"""coupa-async downloads the attachments of thousands of Coupa purchase orders and says what came of each order."""

__version__ = "0.1.0"
