"""Months that leave the log: which are old, what keeps one of them, and letting it go.

Whoever moves a month (the lake) writes its events elsewhere first. What the log promises meanwhile: nothing of it goes
that a reaction has not read, that waits because it failed, or that was written after the mover looked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from treue.core.events import partitions, reading, registry
from treue.core.events.errors import LogIsBusy
from treue.core.events.models import SHARDS, MovedMonth, Parked

# While the lock is waited for, everybody who writes or reads the log waits behind it. Longer than PostgreSQL's
# deadlock_timeout: only then it asks an autovacuum, which may take many minutes, to make room.
LONGEST_WAIT = "1500ms"

# A reaction without a place in a shard will get one at the beginning, for all we know.
UNREAD = """
select distinct asked.reaction from unnest(%s::text[]) as asked (reaction)
cross join generate_series(0, %s - 1) as part (shard)
left join events_cursor c on c.reaction = asked.reaction and c.shard = part.shard
cross join lateral (
    select from {month} e
    where e.shard = part.shard and (e.xid, e.seq) > (coalesce(c.xid, '0'::xid8), coalesce(c.seq, 0))
      and e.recorded_at >= coalesce(c.since, '-infinity'::timestamptz)
    order by e.xid, e.seq limit 1) one"""
WRITTEN_SINCE = """
select exists (select from generate_series(0, %s - 1) as part (shard) cross join lateral (
    select xid from {month} e where e.shard = part.shard order by xid desc limit 1) latest
    where latest.xid >= %s::text::xid8)"""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What keeps a month in the log. reactions: names of those that have not read all of it. parked: events of it that
    wait because a reaction failed."""

    reactions: tuple[str, ...]
    parked: int

    def __bool__(self) -> bool:
        return bool(self.reactions or self.parked)


def old(today: date) -> list[date]:
    """The months that are in the log for longer than they should stay there, the earliest first."""
    return partitions.before(partitions.after(today, -settings.EVENTS_MONTHS))


def keeping(month: date) -> Keeping:
    begins, ends = partitions.span(month)
    parked = Parked.objects.filter(recorded_at__gte=begins, recorded_at__lt=ends).count()
    with transaction.atomic(), connection.cursor() as cursor, reading.by_index(cursor):
        statement = UNREAD.format(month=partitions.name_of(month))
        cursor.execute(statement, [list(registry.REACTIONS), SHARDS])
        return Keeping(tuple(sorted(name for (name,) in cursor.fetchall())), parked)


def let_go(month: date, files: Mapping[int, str], *, horizon: str) -> bool:
    """Drop a month whose events lie elsewhere, and note where, in one transaction.

    files: by shop. horizon: the oldest transaction that ran when they were read. Returns False, and leaves everything
    as it is, where something was written since, or a reaction or a failed event asks for the month after all. Raises
    LogIsBusy.
    """
    table = partitions.name_of(month)
    with transaction.atomic(), connection.cursor() as cursor:
        _lock()
        cursor.execute(WRITTEN_SINCE.format(month=table), [SHARDS, horizon])
        if cursor.fetchone()[0] or keeping(month):
            return False
        MovedMonth.objects.bulk_create(MovedMonth(shop_id=shop, month=month, file=files[shop]) for shop in files)
        cursor.execute(f"alter table events_event detach partition {table}")
        cursor.execute(f"drop table {table}")
    return True


def _lock() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{LONGEST_WAIT}'")
            cursor.execute("lock table events_event in access exclusive mode")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise LogIsBusy from error
        raise


def first_month(shop_id: int) -> date | None:
    """The month with which a shop's log begins since earlier ones were moved; None where none was."""
    last = MovedMonth.objects.filter(shop_id=shop_id).order_by("-month").first()
    return partitions.after(last.month) if last else None


def first_moment(shop_id: int) -> datetime | None:
    """From when on whatever was written down is in the log, in UTC; None where nothing has left it."""
    first = first_month(shop_id)
    return partitions.span(first)[0] if first else None


def stay() -> None:
    """No month leaves the log before this transaction ends. The first statement of one that reads it at one moment."""
    with connection.cursor() as cursor:
        cursor.execute("lock table events_event in access share mode")
