"""Names of files, their content, and whether they are whole."""
