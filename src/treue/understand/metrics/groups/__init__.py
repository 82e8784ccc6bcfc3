"""Channels, countries and categories beside each other, and what stands out."""
