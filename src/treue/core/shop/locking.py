"""The lock under which a shop's orders are written: by an import, by undoing one, by erasing a person.

An import knows its customers from the beginning and writes their orders chunk by chunk. Somebody erased in between
would come back with the next chunk, or break it.
"""

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

LOCK_CLASS = 0x1317  # any number that no other advisory lock of ours has


class ShopIsBeingWritten(Exception):
    """An import, or the undoing of one, is running in the shop."""

    def __init__(self, shop_id: int) -> None:
        self.shop_id = shop_id
        super().__init__(shop_id)


def hold_until_commit(shop_id: int, *, patience_seconds: float) -> None:
    """Take the lock for the rest of the transaction. Raises ShopIsBeingWritten, which ends it, after some patience."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [f"{int(patience_seconds * 1000)}ms"])
        try:
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, shop_id])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise ShopIsBeingWritten(shop_id) from error
            raise
        cursor.execute("select set_config('lock_timeout', '0', true)")
