"""A backend without a browser, for tests and for a comparison's control."""
