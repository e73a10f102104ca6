"""What is told of many orders: how many, of which outcome, why, and how long it takes."""
