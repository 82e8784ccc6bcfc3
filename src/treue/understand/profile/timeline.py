"""What happened with one customer, the latest first, page by page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events import departed
from treue.core.events.models import Event
from treue.core.events.moments import Place

PAGE = 50

# A person of many numbers has many histories; each gives its latest, read in order from the index of every month's
# partition, and the latest of those are the page.
LATEST = """
select e.seq, e.shop_id, e.message_id, e.name, e.person, e.source, e.occurred_at, e.recorded_at, e.facts,
    e.is_history
from unnest(%(numbers)s::bigint[]) as of(person) cross join lateral (
    select * from events_event
    where person = of.person {before} {names}
    order by occurred_at desc, seq desc limit %(most)s) e
order by e.occurred_at desc, e.seq desc limit %(most)s"""
# The statistics know of a person only what is usual, a few dozen events. Of these it would be as well to read all and
# sort them; of somebody's ten thousand it is not.
IN_ORDER = "set local enable_sort = off"
BEFORE = "and (occurred_at, seq) < (%(moment)s, %(seq)s)"


@dataclass(frozen=True, slots=True)
class Only:
    """Events of these names; with `others`, of all names but these."""

    names: Collection[str]
    others: bool = False

    def concerns(self, event: Event) -> bool:
        return (event.name in self.names) != self.others


@dataclass(frozen=True, slots=True)
class Page:
    """events: the latest first. older: behind which the next page begins; None at the end."""

    events: Sequence[Event]
    older: Place | None


def read(customer: Customer, *, only: Only | None = None, behind: Place | None = None) -> Page:
    names = "" if only is None else "and name <> all(%(names)s)" if only.others else "and name = any(%(names)s)"
    statement = LATEST.format(before=BEFORE if behind else "", names=names)
    numbers = persons.numbers_of(customer)
    facts: dict[str, object] = {"numbers": numbers, "most": PAGE + 1}
    if behind:
        facts |= {"moment": behind.moment, "seq": behind.seq}
    if only:
        facts["names"] = list(only.names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(IN_ORDER)
        found = departed.filled_up(
            customer.shop_id,
            numbers,
            list(Event.objects.raw(statement, facts)),
            PAGE + 1,
            before=(behind.moment, behind.seq) if behind else None,
            concerns=only.concerns if only else lambda event: True,
        )
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    return Page(shown, Place(last.occurred_at, last.seq) if last else None)
