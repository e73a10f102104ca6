"""A run of orders, from the spreadsheet to the results in it; and the runs before it."""
