"""Layer 4: settings, commands, progress. The only importer of the backends, and only when a command needs one."""
