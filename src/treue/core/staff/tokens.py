"""Secrets that travel in a link: the link holds the token, the database only its hash."""

import hashlib
import secrets


def fresh() -> str:
    """A token with 256 bits of chance, fit for an address."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is stored. A fast hash will do: nobody can go through 2^256 tokens."""
    return hashlib.sha256(token.encode()).hexdigest()
