"""A month that was written down years ago, and its move out of the log."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.db import connection

from treue.core.events import partitions, registry
from treue.core.events.log import Happening, record
from treue.core.lake import events
from treue.core.shop.models import Shop

TODAY = date(2026, 11, 28)
MARCH = date(2024, 3, 1)
IN_MARCH = datetime(2024, 3, 20, 12, tzinfo=UTC)


@contextmanager
def there() -> Iterator[None]:
    """With a partition for the month, and nobody who reacts."""
    reactions = dict(registry.REACTIONS)
    registry.REACTIONS.clear()
    try:
        with partition():
            yield
    finally:
        registry.REACTIONS.update(reactions)


@contextmanager
def partition() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor; select events_make_month(%s)", [MARCH])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"drop table if exists {partitions.name_of(MARCH)}; truncate events_cursor")


def happen(shop: Shop, happenings: Iterable[Happening]) -> None:
    """Write them down as if that had been when they happened."""
    record(shop, list(happenings))
    age()


def age() -> None:
    """Whatever is in the log was written down when it happened."""
    with connection.cursor() as cursor:
        cursor.execute("update events_event set recorded_at = occurred_at where recorded_at <> occurred_at")


def move() -> None:
    assert events.move_old(TODAY) == [MARCH]
