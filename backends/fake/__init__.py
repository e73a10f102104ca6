"""A backend without a browser, for tests and for the control arm of a comparison."""
