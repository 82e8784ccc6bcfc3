"""Where a reaction stands in the log, and what comes next.

The log is ordered by the transaction that wrote an event, then by number. A later number can be committed before an
earlier one, and so can a later transaction; but no transaction below the oldest one that still runs will ever write
again. Only what lies below that horizon is read, so nothing can appear behind a reaction's back. The price: whoever
keeps a transaction open keeps all reactions waiting, so bulk work commits in chunks of a second.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import msgspec
import psycopg
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import set_json_loads

from treue.core.events import registry
from treue.core.events.happened import Happened
from treue.core.events.models import SHARDS
from treue.core.events.registry import BEGINNING, NOW, Reaction

START = """
insert into events_cursor (reaction, shard, xid, seq, since)
select %(reaction)s, shard, least(first.xid, pg_snapshot_xmin(pg_current_snapshot())), 0, %(since)s
from generate_series(0, %(shards)s - 1) shard left join (
    select xid from events_event where not %(now)s and recorded_at >= coalesce(%(since)s, '-infinity'::timestamptz)
    order by xid limit 1) first on true
on conflict do nothing"""

# Who else holds the shard deals with it; the next round finds what is left. A worker that stops in the middle (its
# machine sleeps, its network is gone) would keep back not only the shard but, as the oldest transaction, everybody: the
# database ends it.
LONGEST_PAUSE_SECONDS = 120
HOLD = """
select xid::text, seq, since, set_config('idle_in_transaction_session_timeout', %s, true)
from events_cursor where reaction = %s and shard = %s
for update {skip}"""

EVENT = """
select e.xid::text as place, e.seq, e.shop_id, e.message_id, e.name, e.person, e.source, e.occurred_at, e.recorded_at,
    e.facts, e.is_history, coalesce(
        (select coalesce(c.merged_into_id, c.id) from customers_customer c where c.id = e.person),
        (select v.customer_id from customers_visitor v where v.number = e.person)) as customer
from events_event e"""
NEXT = f"""{EVENT}
where e.shard = %(shard)s and (e.xid, e.seq) > (%(xid)s::xid8, %(seq)s)
  and e.xid < pg_snapshot_xmin(pg_current_snapshot())
  and e.recorded_at >= coalesce(%(since)s, '-infinity'::timestamptz)
order by e.xid, e.seq limit %(most)s"""
ONE = f"{EVENT} where e.seq = %(seq)s and e.recorded_at = %(recorded_at)s"

MOVE = """
update events_cursor set xid = %(xid)s::xid8, seq = %(seq)s, moved_at = now(), failed_at = null, error = ''
where reaction = %(reaction)s and shard = %(shard)s"""

WAITING = """
select c.reaction, c.shard from events_cursor c
cross join lateral (
    select from events_event e
    where e.shard = c.shard and (e.xid, e.seq) > (c.xid, c.seq) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
      and e.recorded_at >= coalesce(c.since, '-infinity'::timestamptz)
    order by e.xid, e.seq limit 1) one
where c.reaction = any(%(reactions)s)"""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a shard: behind the event with these numbers. since: nothing recorded earlier counts."""

    xid: str
    seq: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """place: the number of the transaction that wrote the event."""

    event: Happened
    place: str

    @property
    def lane(self) -> int | None:
        """Whose events are kept in order: the customer's, or a visitor's whom nobody knows."""
        return self.event.customer or self.event.person


def begin(reactions: Iterator[Reaction] | None = None) -> None:
    """Give reactions that are new their place in the log."""
    with connection.cursor() as cursor:
        cursor.execute("select reaction from events_cursor group by reaction having count(*) = %s", [SHARDS])
        begun = {name for (name,) in cursor.fetchall()}
        for each in reactions or registry.REACTIONS.values():
            if each.name in begun:
                continue
            since = None if each.starts in (BEGINNING, NOW) else each.starts
            facts = {"reaction": each.name, "now": each.starts == NOW, "since": since, "shards": SHARDS}
            cursor.execute(START, facts)


def hold(reaction: Reaction, shard: int, *, wait: bool = False) -> Position | None:
    """Lock a reaction's place in a shard for this transaction; None where somebody else holds it."""
    with connection.cursor() as cursor:
        values = [f"{LONGEST_PAUSE_SECONDS}s", reaction.name, shard]
        cursor.execute(HOLD.format(skip="" if wait else "skip locked"), values)
        found = cursor.fetchone()
    return Position(*found[:3]) if found else None


def following(shard: int, after: Position, most: int) -> list[Read]:
    values = {"shard": shard, "xid": after.xid, "seq": after.seq, "since": after.since, "most": most}
    return [Read(Happened(*event), place) for place, *event in _fetched(NEXT, values)]


def one(seq: int, recorded_at: datetime) -> Happened | None:
    """An event as it is read now, if it is still there."""
    found = _fetched(ONE, {"seq": seq, "recorded_at": recorded_at})
    return Happened(*found[0][1:]) if found else None


def _fetched(statement: str, values: Mapping[str, object]) -> list[tuple]:
    """Rows in PostgreSQL's own form: read as text, as Django has it, moments and facts cost as much as all the rest."""
    with connection.cursor() as plain, by_index(plain), psycopg.Cursor(connection.connection) as cursor:
        set_json_loads(msgspec.json.decode, cursor)
        return cursor.execute(statement, values, prepare=False, binary=True).fetchall()


def move(reaction: Reaction, shard: int, last: Read) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"reaction": reaction.name, "shard": shard, "xid": last.place, "seq": last.event.seq})


def waiting() -> list[tuple[str, int]]:
    """Reaction and shard wherever something is to be read."""
    with transaction.atomic(), connection.cursor() as cursor, by_index(cursor):
        cursor.execute(WAITING, {"reactions": list(registry.REACTIONS)})
        return cursor.fetchall()


def last_number() -> int:
    """The last that was given to an event, whether or not it is committed."""
    with connection.cursor() as cursor:
        cursor.execute("select case when is_called then last_value else 0 end from events_event_seq")
        return cursor.fetchone()[0]


@contextmanager
def by_index(cursor: CursorWrapper) -> Iterator[None]:
    """Walk the index of the log instead of sorting what is left of it.

    The planner expects few rows behind a place, and would rather read and sort them all: a million after a restore.
    """
    cursor.execute("set local enable_sort = off")
    yield
    cursor.execute("set local enable_sort = on")
