"""An order's data and its lines, read from its page."""
