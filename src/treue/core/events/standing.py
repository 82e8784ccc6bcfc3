"""How far each reaction is, what failed, and what happened last: what an operator asks of the log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from psycopg import Cursor

from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events import departed, reading, registry
from treue.core.events.models import Event, Parked
from treue.core.shop.models import Shop

MOST_COUNTED = 1_000
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 300_000  # counting more takes longer than anybody waits for a page

# Ahead of a reaction is also what a transaction that still runs holds back: who waits for it should see that. Both
# laterals are ordered so that they walk the index: the one stops at the most, the other at the first of each shard.
AHEAD = """
events_event e where e.shard = c.shard and (e.xid, e.seq) > (c.xid, c.seq)
    and e.recorded_at >= coalesce(c.since, '-infinity'::timestamptz)
order by e.xid, e.seq"""
STANDING = f"""
select asked.reaction, place.moved_at, ahead.count, first.recorded_at, parked.failed, parked.waiting
from unnest(%(reactions)s::text[]) as asked (reaction)
cross join lateral (
    select max(c.moved_at) as moved_at from events_cursor c where c.reaction = asked.reaction) place
cross join lateral (
    select count(*) from (
        select from events_cursor c cross join lateral (select from {AHEAD} limit %(most)s + 1) one
        where c.reaction = asked.reaction limit %(most)s + 1) counted) ahead
cross join lateral (
    select min(one.recorded_at) as recorded_at
    from events_cursor c cross join lateral (select e.recorded_at from {AHEAD} limit 1) one
    where c.reaction = asked.reaction) first
cross join lateral (
    select count(*) filter (where p.error <> '') as failed, count(*) filter (where p.error = '') as waiting
    from events_parked p where p.reaction = asked.reaction) parked
order by asked.reaction"""  # noqa: S608 - our own constants


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reaction stands. unread: events ahead of it, at most one more than MOST_COUNTED. oldest: when the one
    that it reads next was recorded, of all shards the earliest. waiting: events behind failed ones."""

    reaction: str
    moved_at: datetime | None
    unread: int
    oldest: datetime | None
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed event. event: None where it was deleted since. waiting: how many of the same person wait behind it.
    order, currency: what the event says they are, "" where it names none. customer: None for a visitor and nobody."""

    parked: Parked
    event: Event | None
    waiting: int
    customer: Customer | None

    @property
    def order(self) -> str:
        return getattr(self.event, "order", None) or ""

    @property
    def currency(self) -> str:
        return getattr(self.event, "currency", None) or ""


def reactions(cursor: Cursor | None = None) -> list[Standing]:
    """Of every registered reaction, by name; one statement for all their shards. cursor: of another connection than
    Django's."""
    if cursor is None:
        with transaction.atomic(), connection.cursor() as own, reading.by_index(own):
            return reactions(own)
    cursor.execute(STANDING, {"reactions": list(registry.REACTIONS), "most": MOST_COUNTED})
    return [Standing(*row) for row in cursor.fetchall()]


def failed() -> QuerySet[Parked]:
    return Parked.objects.exclude(error="")


def waiting_behind() -> int:
    """How many events wait behind failed ones, of all persons and reactions."""
    return Parked.objects.filter(error="").count()


def failures(parked: Sequence[Parked]) -> list[Failure]:
    """What is to be said of failed events beside their own row."""
    events = _events(parked)
    waiting = _waiting(parked)
    customers = _customers(parked)
    return [
        Failure(
            each, events.get(each.seq), waiting.get((each.reaction, each.person), 0), customers.get(each.person or 0)
        )
        for each in parked
    ]


def _events(parked: Collection[Parked]) -> dict[int, Event]:
    """By number, each with its `order` and its `currency`; the other facts are not read. The moments let the database
    leave out the months that none of them is of."""
    found = Event.objects.filter(
        seq__in={each.seq for each in parked}, recorded_at__in={each.recorded_at for each in parked}
    )
    named = found.annotate(order=Coalesce(KT("facts__order_id"), KT("facts__order")), currency=KT("facts__currency"))
    there = {event.seq: event for event in named.defer("facts")}
    elsewhere = (departed.waiting(each) for each in parked if each.seq not in there)
    return there | {event.seq: _named(event) for event in elsewhere if event}


def _named(event: Event) -> Event:
    event.order = event.facts.get("order_id") or event.facts.get("order")
    event.currency = event.facts.get("currency")
    return event


def _customers(parked: Collection[Parked]) -> dict[int, Customer]:
    """By the number under which an event came in."""
    today = persons.customers_of({each.person for each in parked if each.person is not None})
    found = Customer.objects.in_bulk(set(today.values()))
    return {number: found[customer] for number, customer in today.items() if customer in found}


def _waiting(parked: Collection[Parked]) -> dict[tuple[str, int], int]:
    same = Parked.objects.filter(
        error="",
        reaction__in={each.reaction for each in parked},
        person__in={each.person for each in parked if each.person is not None},
    )
    counted = same.values_list("reaction", "person").annotate(Count("pk"))
    return {(reaction, person): count for reaction, person, count in counted}


def in_the_last_hour(shop: Shop, now: datetime) -> int:
    """How many events were recorded; at most one more than MOST_AN_HOUR."""
    return Event.objects.filter(shop=shop, recorded_at__gt=now - HOUR)[: MOST_AN_HOUR + 1].count()
