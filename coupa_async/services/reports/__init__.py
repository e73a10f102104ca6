"""The report page of an output folder."""
