"""What people read, in their language: catalogues in gettext's form, for the page and for the terminal."""
