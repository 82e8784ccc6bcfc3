"""The lock under which a shop's orders are written: by an import, by undoing one, by erasing a person.

An import knows its customers from the beginning and writes their orders chunk by chunk. Somebody erased in between
would come back with the next chunk, or break it.

Who holds the lock may write on other connections too (`borrow`). The lock ends with its own connection, also when the
process is killed, and a transaction on another connection may outlive that for a moment; the next holder waits for it,
and one that begins later is refused.
"""

from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper
from psycopg.errors import LockNotAvailable

LOCK_CLASS, LENT_CLASS = 0x1317, 0x1318  # any numbers that no other advisory lock of ours has

STILL_HELD = """
select exists (
    select from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
      and classid = %(held)s and objid = %(shop)s and objsubid = 2 and pid = %(holder)s and granted)"""


class ShopIsBeingWritten(Exception):
    """An import, or the undoing of one, is running in the shop."""

    def __init__(self, shop_id: int) -> None:
        self.shop_id = shop_id
        super().__init__(shop_id)


class LockLost(Exception):
    """The connection that held the shop's lock is gone, and somebody else may write by now."""

    def __init__(self, shop_id: int) -> None:
        self.shop_id = shop_id
        super().__init__(shop_id)


def hold_until_commit(shop_id: int, *, patience_seconds: float) -> None:
    """Take the lock for the rest of the transaction. Raises ShopIsBeingWritten, which ends it, after some patience."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [f"{int(patience_seconds * 1000)}ms"])
        try:
            for lock_class in (LOCK_CLASS, LENT_CLASS):
                cursor.execute("select pg_advisory_xact_lock(%s, %s)", [lock_class, shop_id])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise ShopIsBeingWritten(shop_id) from error
            raise
        cursor.execute("select set_config('lock_timeout', '0', true)")


def try_until_commit(shop_id: int) -> bool:
    """Take the lock for the rest of the transaction, if nobody has it."""
    with connection.cursor() as cursor:
        facts = [LOCK_CLASS, shop_id, LENT_CLASS, shop_id]
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s) and pg_try_advisory_xact_lock(%s, %s)", facts)
        return cursor.fetchone()[0]


def holder() -> int:
    """Who this connection is to `borrow`."""
    connection.ensure_connection()
    return connection.connection.info.backend_pid


def borrow(cursor: CursorWrapper, shop_id: int, *, of: int) -> None:
    """Let this transaction write under the lock that another connection holds, the `holder` named by `of`.

    Raises LockLost where that one does not hold it any more. First the share, then the look: whoever takes the lock
    over after the look waits for the share.
    """
    facts = {"lent": LENT_CLASS, "held": LOCK_CLASS, "shop": shop_id, "holder": of}
    cursor.execute("select pg_advisory_xact_lock_shared(%(lent)s, %(shop)s)", facts)
    cursor.execute(STILL_HELD, facts)
    if not cursor.fetchone()[0]:
        raise LockLost(shop_id)


def wait_for_borrowers(cursor: CursorWrapper, shop_id: int) -> None:
    """Wait until nobody writes any more under the lock of who held it before."""
    cursor.execute("select pg_advisory_lock(%(lent)s, %(shop)s)", {"lent": LENT_CLASS, "shop": shop_id})
    cursor.execute("select pg_advisory_unlock(%(lent)s, %(shop)s)", {"lent": LENT_CLASS, "shop": shop_id})
