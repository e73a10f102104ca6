"""What HTTP headers and addresses say, however badly."""
