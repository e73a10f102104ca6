"""How often, how fast and with how much memory to go on. Pure: clock and randomness come in as arguments."""
