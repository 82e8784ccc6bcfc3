"""Places at which a reaction goes wrong again and again, whatever it is handed there: nothing behind them is read.

That is not a failed event, which is parked while its place moves on: here the reading itself fails, or what comes after
it. It is tried each round. The note is written by itself, as the round was taken back; the next success clears it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from psycopg import Cursor

from treue.core.events import reading, registry
from treue.core.events.models import LONGEST_ERROR

# A place that somebody else holds is theirs to speak of. The first moment stays; an unchanged note is not written anew.
NOTE = """
update events_cursor set failed_at = coalesce(failed_at, now()), error = %(error)s
where (reaction, shard) in (
    select reaction, shard from events_cursor
    where reaction = %(reaction)s and shard = %(shard)s and (failed_at is null or error <> %(error)s)
    for update skip locked)"""

# Where nothing is left to read (its events were erased, say), nothing is kept back either.
STUCK = """
select c.reaction, c.error, min(c.failed_at), count(*), min(next.recorded_at)
from events_cursor c cross join lateral (
    select e.recorded_at from events_event e
    where e.shard = c.shard and (e.xid, e.seq) > (c.xid, c.seq)
      and e.recorded_at >= coalesce(c.since, '-infinity'::timestamptz)
    order by e.xid, e.seq limit 1) next
where c.failed_at is not null and c.reaction = any(%(reactions)s)
group by c.reaction, c.error order by 3, 1, 2"""


@dataclass(frozen=True, slots=True)
class Stuck:
    """error: its kind. since: when the first of these places failed. shards: how many. oldest: when the earliest event
    was recorded that waits there."""

    reaction: str
    error: str
    since: datetime
    shards: int
    oldest: datetime


def note(reaction: str, shard: int, error: Exception) -> bool:
    """Only the kind of error is kept: its words may quote what it was about. Returns whether that is news."""
    facts = {"reaction": reaction, "shard": shard, "error": type(error).__qualname__[:LONGEST_ERROR]}
    with connection.cursor() as cursor:
        cursor.execute(NOTE, facts)
        return cursor.rowcount > 0


def places(cursor: Cursor | None = None) -> list[Stuck]:
    """By reaction and kind of error, the longest first. cursor: of another connection than Django's."""
    if cursor is None:
        with transaction.atomic(), connection.cursor() as own, reading.by_index(own):
            return places(own)
    cursor.execute(STUCK, {"reactions": list(registry.REACTIONS)})
    return [Stuck(*row) for row in cursor.fetchall()]
