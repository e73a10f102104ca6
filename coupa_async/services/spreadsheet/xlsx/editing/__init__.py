"""Sets cells of a workbook. All that is not ours stays byte for byte."""
