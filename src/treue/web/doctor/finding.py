"""What a check finds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Finding:
    """Sentences in the language in force: what is wrong, and what to do."""

    fault: str
    remedy: str


Check = Callable[[Clock], Iterable[Finding]]


def rows(query: str, values: Sequence[object] = ()) -> list[tuple]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall()


def value(query: str, values: Sequence[object] = ()) -> object:
    """The first column of its first row."""
    return rows(query, values)[0][0]
