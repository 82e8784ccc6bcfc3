"""A partition of the log for each month, made before it begins.

An event of a month that nobody made a partition for (a worker that did not run for a year, a clock that was wrong)
lies in the default partition, and is moved when its month is made.
"""

from datetime import date

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


def ensure(today: date) -> list[date]:
    """Make the partitions of this month and the next ones where they are missing. Returns the first days of these."""
    made = []
    for ahead in range(MONTHS_AHEAD + 1):
        years, month = divmod(today.month - 1 + ahead, 12)
        first = date(today.year + years, month + 1, 1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select events_make_month(%s)", [first])
            if cursor.fetchone()[0]:
                made.append(first)
    return made
