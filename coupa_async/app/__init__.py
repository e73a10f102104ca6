"""Layer 4: settings, composition and use cases. The only layer that imports the backends.

A use case is an async function of a frozen request and observers. It prints nothing and reads no command line.
"""
