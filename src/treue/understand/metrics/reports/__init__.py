"""Reports of a file, and by mail."""
