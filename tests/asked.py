"""How many questions the database is asked."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def questions(does: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        does()
    return len(asked)
