"""Layer 5: what a person clicks. A local page over the same use cases as the command line.

It imports ``app`` and below, never a backend. Only the demo imports ``evaluation``, which has the recorded site.
"""
