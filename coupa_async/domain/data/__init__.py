"""The data of an order: what its page shows besides attachments, and how numbers and dates in it are read."""
