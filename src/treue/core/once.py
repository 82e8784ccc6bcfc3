"""What is asked for with a key is done once: how a room knows key and request again, and who waits for whom.

Kept are keyed hashes alone, for keys and requests may name somebody.
"""

from django.db import connection
from django.utils.crypto import salted_hmac

HOLD = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"


def key_hash(room: str, *named: object) -> str:
    """named: whose key it is, for which deed, and the key itself, where two deeds of a room may have the same."""
    return _hash(f"treue.{room}.key", " ".join(map(str, named)))


def request_hash(room: str, asked: str | bytes) -> str:
    """asked: all that makes it another request."""
    return _hash(f"treue.{room}.request", asked)


def hold(key_hash: str) -> None:
    """Who sends the same key meanwhile waits for this transaction. Two keys that fall together only wait."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [key_hash])


def _hash(salt: str, value: str | bytes) -> str:
    return salted_hmac(salt, value, algorithm="sha256").hexdigest()
