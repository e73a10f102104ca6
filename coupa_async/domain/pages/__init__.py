"""What a page of Coupa's is, which order it is of, and which attachments it names."""
