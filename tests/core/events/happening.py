"""Things that happen, for tests."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from treue.core.events.happened import Happened
from treue.core.events.log import Happening, record
from treue.core.shop.models import Shop

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def happening(name: str = "Order Completed", person: int | None = 1, **values: object) -> Happening:
    """The smallest thing that can happen; its message is its name and person unless told otherwise."""
    given = {"message_id": f"{name} {person}", "source": "shop", "occurred_at": NOON, **values}
    return Happening(name=name, person=person, **given)


def several(count: int, person: int | None = 1, start: int = 0) -> list[Happening]:
    """`a0`, `a1`, … one second apart."""
    return [
        happening(f"a{number}", person, occurred_at=NOON + timedelta(seconds=number))
        for number in range(start, start + count)
    ]


def happen(shop: Shop, *names: str, person: int | None = 1) -> None:
    record(shop, [happening(name, person) for name in names])


class Seen:
    """A reaction that notes what it was called with, by person, in the database: a table of its own."""

    def __init__(self) -> None:
        self.poison: set[str] = set()
        self.calls: list[int] = []

    def __call__(self, events: Sequence[Happened]) -> None:
        from django.db import connection

        self.calls.append(len(events))
        for event in events:
            if event.name in self.poison:
                raise ZeroDivisionError(event.name)
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into seen (person, name) values (%s, %s)", [(event.person, event.name) for event in events]
            )

    def names(self, person: int | None = 1) -> list[str]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("select name from seen where person is not distinct from %s order by id", [person])
            return [name for (name,) in cursor.fetchall()]


Reacting = Callable[..., Seen]
