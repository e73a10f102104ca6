"""coupa-async: the attachments of thousands of Coupa purchase orders, filed, and the truth about every order."""

__version__ = "0.1.0"
