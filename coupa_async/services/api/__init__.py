"""Orders over the tenant's official API: looked up by number, read with their comments, and signed in by a token."""
