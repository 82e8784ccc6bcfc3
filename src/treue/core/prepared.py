"""Statements that are called again and again, planned once on each connection.

Django writes the values into the text of a statement, and PostgreSQL plans it anew each time. For a short statement
both take longer than what it does.
"""

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

AFTER = 2  # calls: one that is made once in a while is not worth keeping


def cursor() -> CursorWrapper:
    """A cursor of Django's connection, watched as any other, of which values go beside the statement, as they are."""
    connection.ensure_connection()
    connection.connection.prepare_threshold = AFTER
    own = psycopg.Cursor(connection.connection)
    return connection.make_debug_cursor(own) if connection.queries_logged else connection.make_cursor(own)
