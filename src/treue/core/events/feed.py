"""The log for those who stand outside: in its own order, for whoever asks again and again with the place they reached.

The same rule as for reactions (`reading`): only what lies below the oldest transaction that still runs is told, so
that nothing can appear behind a reader's back. A person's events as a timeline are told in the order in which they
happened.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from treue.core.events import departed
from treue.core.events.models import SHARDS, Event
from treue.core.shop.models import Shop

# Transactions below the horizon are over: whatever they wrote, a query that begins now sees. The log is known by the
# cluster and the table: a restore makes the table anew and renumbers the log, and no place in it is worth anything.
HORIZON = """
select pg_snapshot_xmin(pg_current_snapshot())::text, system_identifier, 'events_event'::regclass::oid
from pg_control_system()"""

# Each shard has an index in the log's order, and the first of all are among the first of each.
FEED = """
select e.xid::text::bigint, e.seq, e.message_id, e.name, e.person, e.source, e.occurred_at, e.recorded_at,
    e.is_history, e.facts
from generate_series(0, %(shards)s - 1) as of_shard, lateral (
    select * from events_event
    where shard = of_shard and shop_id = %(shop)s and (xid, seq) > (%(xid)s::text::xid8, %(seq)s)
      and xid < %(horizon)s::text::xid8
    order by xid, seq limit %(most)s) e
order by e.xid, e.seq limit %(most)s"""

TIMELINE = """
select e.seq, e.message_id, e.name, e.person, e.source, e.occurred_at, e.recorded_at, e.is_history,
    e.facts
from unnest(%(persons)s::bigint[]) as of_person, lateral (
    select * from events_event
    where person = of_person and shop_id = %(shop)s
      and (%(moment)s::timestamptz is null or (occurred_at, seq) < (%(moment)s, %(seq)s))
    order by occurred_at desc, seq desc limit %(most)s) e
order by e.occurred_at desc, e.seq desc limit %(most)s"""


class LogRenumbered(Exception):
    """The place was reached in a log that was there before a restore."""


@dataclass(frozen=True, slots=True)
class Place:
    """Behind an event of the log, or behind all that was there. log: which one; 0 at the beginning of any."""

    log: int = 0
    xid: int = 0
    seq: int = 0


def following(shop: Shop, after: Place, most: int) -> tuple[list[Event], Place]:
    """What comes after a place, at most so many, and the place that is reached by it. Raises LogRenumbered."""
    horizon, log = _horizon()
    if after.log not in (0, log):
        raise LogRenumbered
    values = {"shards": SHARDS, "shop": shop.pk, "xid": after.xid, "seq": after.seq, "horizon": horizon, "most": most}
    found = _in_index_order(FEED, values)
    events = [_event(shop, row[1:]) for row in found]
    if len(found) == most:
        return events, Place(log, found[-1][0], found[-1][1])
    return events, Place(log, horizon, 0)


def timeline(
    shop: Shop, persons: Collection[int], most: int, *, before: tuple[datetime, int] | None = None
) -> list[Event]:
    """What happened to these persons, the newest first, also in months that have left the log. before: moment and
    number of the last one that is known."""
    moment, seq = before or (None, None)
    values = {"persons": list(persons), "shop": shop.pk, "moment": moment, "seq": seq, "most": most}
    with transaction.atomic():
        found = [_event(shop, row) for row in _in_index_order(TIMELINE, values)]
        return departed.filled_up(shop.pk, persons, found, most, before=before)


def _in_index_order(query: str, values: Mapping[str, object]) -> list[Sequence[object]]:
    """The rows of a query that an index has in its order.

    PostgreSQL guesses badly how many rows lie behind a place (after a restore all have one transaction's number, and
    one person may have ten thousand), and would sort all of them for each page.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_sort to off")
        cursor.execute(query, values)
        return cursor.fetchall()


def _horizon() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        xid, *log = cursor.fetchone()
    digest = hashlib.sha256(repr(log).encode()).digest()
    return int(xid), int.from_bytes(digest[:6], "big") or 1


def _event(shop: Shop, row: Sequence[object]) -> Event:
    names = ("seq", "message_id", "name", "person", "source", "occurred_at", "recorded_at", "is_history", "facts")
    return Event(shop=shop, **dict(zip(names, row, strict=True)))
