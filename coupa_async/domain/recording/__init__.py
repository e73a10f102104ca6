"""A tenant's pages made safe to keep or to show."""
