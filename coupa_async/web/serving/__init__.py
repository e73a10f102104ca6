"""Who may ask the page for something, and how long it is served."""
