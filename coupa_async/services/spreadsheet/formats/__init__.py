"""The formats of spreadsheets: workbooks, text files, and workbooks that are only read."""
