"""Treue: who stays, who leaves, why, and what helped."""

__version__ = "0.1.0"
