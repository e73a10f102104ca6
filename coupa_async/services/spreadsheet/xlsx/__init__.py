"""Excel workbooks, part by part: read as a stream, filled in with all that is not ours left byte for byte."""
