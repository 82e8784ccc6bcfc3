"""Every figure the README claims, measured: `make bench`."""
