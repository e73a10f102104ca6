"""The journal: what happened to every order; and the history of the runs."""
