"""The lane of the tenant's official API: tokens, and answers instead of pages."""
