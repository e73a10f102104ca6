"""How fast, how heavy: ``make bench`` runs it all and writes docs/design/performance.md. No part of the test suite."""
