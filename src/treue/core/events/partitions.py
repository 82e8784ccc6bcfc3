"""A partition of the log for each month, made before it begins.

An event of a month that nobody made a partition for (a worker that did not run for a year, a clock that was wrong)
lies in the default partition, and is moved when its month is made. Months that are old leave (`departing`).
"""

from datetime import UTC, date, datetime

from django.db import connection, transaction

MONTHS_AHEAD = 3

FUNCTIONS = """
create or replace function events_make_month(first date) returns boolean language plpgsql as $$
declare
    month text := to_char(first, '"events_event_"YYYY_MM');
    begins timestamptz := first::timestamp at time zone 'UTC';
    ends timestamptz := (first + interval '1 month') at time zone 'UTC';
begin
    if to_regclass(month) is not null then
        return false;
    end if;
    lock table events_event_default in access exclusive mode;
    execute format('create table %I (like events_event including defaults including generated including constraints)',
        month);
    execute format(
        'with early as (delete from events_event_default where recorded_at >= %L and recorded_at < %L returning *)
        insert into %I (seq, xid, shop_id, message_id, name, person, shard, source, occurred_at, recorded_at, facts,
            is_history)
        select seq, xid, shop_id, message_id, name, person, shard, source, occurred_at, recorded_at, facts,
            is_history from early',
        begins, ends, month);
    execute format('alter table events_event attach partition %I for values from (%L) to (%L)', month, begins, ends);
    return true;
end $$;
"""

# Names of this form sort as their months do.
BEFORE = r"""
select to_date(right(relname, 7), 'YYYY_MM') from pg_inherits join pg_class on oid = inhrelid
where inhparent = 'events_event'::regclass and relname ~ '^events_event_\d{4}_\d\d$' and relname < %s
order by relname"""


def name_of(day: date) -> str:
    """The table that holds what is recorded in a day's month."""
    return f"events_event_{day:%Y_%m}"


def ensure(today: date) -> list[date]:
    """Make the partitions of this month and the next ones where they are missing. Returns the first days of these."""
    made = []
    for ahead in range(MONTHS_AHEAD + 1):
        first = after(today, ahead)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select events_make_month(%s)", [first])
            if cursor.fetchone()[0]:
                made.append(first)
    return made


def before(first: date) -> list[date]:
    """The months that have a partition and begin before a day, the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [name_of(first)])
        return [first for (first,) in cursor.fetchall()]


def span(month: date) -> tuple[datetime, datetime]:
    """The moments between which a month's events were recorded, half-open."""
    return datetime(month.year, month.month, 1, tzinfo=UTC), datetime.combine(after(month), datetime.min.time(), UTC)


def after(month: date, count: int = 1) -> date:
    """The first day of the month that comes so many months later; earlier where `count` is below zero."""
    years, number = divmod(month.month - 1 + count, 12)
    return date(month.year + years, number + 1, 1)
