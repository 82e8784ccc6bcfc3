"""Statements that are called again and again, planned once on each connection.

Django writes the values into the text of a statement, and PostgreSQL plans it anew each time. For a short statement
both take longer than what it does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

AFTER = 2  # calls: one that is made once in a while is not worth keeping


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """A cursor of Django's connection, seen by its wrappers, of which values go beside the statement, as they are.

    What others ask on this connection goes on as before: their texts have their values in them, and none is kept.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    own = connection.connection
    before, own.prepare_threshold = own.prepare_threshold, AFTER
    made = psycopg.Cursor(own)
    try:
        with connection.make_debug_cursor(made) if connection.queries_logged else connection.make_cursor(made) as found:
            yield found
    finally:
        own.prepare_threshold = before
