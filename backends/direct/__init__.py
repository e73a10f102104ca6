"""The direct lane: pages and files over HTTP, with the cookies of a browser's session."""
