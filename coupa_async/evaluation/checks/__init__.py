"""The five checks of ``evidence``."""
