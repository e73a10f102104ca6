"""Layer 4: settings, composition and the use cases. The only layer that imports the backends."""
