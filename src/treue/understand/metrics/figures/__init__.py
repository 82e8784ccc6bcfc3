"""A figure: what it is called, how sure it is, how it is computed, its card."""
