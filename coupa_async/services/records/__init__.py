"""What happened to every order, kept in the journal."""
