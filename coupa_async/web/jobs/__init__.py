"""What goes on beside the requests: runs, sign-ins, the demo."""
