"""How fast, how heavy: ``make bench`` runs all of it and writes docs/performance.md. No part of the test suite."""
