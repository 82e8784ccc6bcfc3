"""One import at a time in a shop, whoever runs it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

from treue.core.jobs.work import Progress
from treue.core.shop.locking import LOCK_CLASS, wait_for_borrowers

SECONDS_BETWEEN_TRIES = 0.5


def queue_lock(shop_id: int) -> str:
    """The queue's lock: jobs wait for each other in order and without a connection."""
    return f"imports.{shop_id}"


@contextmanager
def own_turn(shop_id: int, progress: Progress) -> Iterator[None]:
    """Hold the shop's lock in the database. A killed worker's lock ends with its connection.

    The queue's lock alone would not do: a job taken for dead may still be running when it is taken up again.
    """
    with connection.cursor() as cursor:
        while not _try(cursor, shop_id):
            progress.step("waiting")
            time.sleep(SECONDS_BETWEEN_TRIES)
        try:
            wait_for_borrowers(cursor, shop_id)
            yield
        finally:
            if not connection.closed_in_transaction and connection.is_usable():
                cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCK_CLASS, shop_id])


def _try(cursor: CursorWrapper, shop_id: int) -> bool:
    cursor.execute("select pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, shop_id])
    return cursor.fetchone()[0]
