"""Write checked events into the log: a group of requests in one transaction, each event once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import psycopg
from django.db import connection, transaction

from treue.core.customers import persons
from treue.core.events import log
from treue.listen.tracking.checking import Row

Tallies = Counter[tuple[int, str]]
SLOTS = 64

# Sources are taken in order, so that two writers wait for each other instead of meeting crosswise.
TALLY = """
insert into tracking_tally (source_id, hour, outcome, slot, events, last_at)
select source_id, date_trunc('hour', %s::timestamptz, 'UTC'), outcome, pg_backend_pid() %% 64, events, %s::timestamptz
from unnest(%s::bigint[], %s::text[], %s::bigint[]) as given (source_id, outcome, events)
where exists (select from events_source s where s.id = source_id)
order by source_id, outcome
on conflict on constraint tracking_tally_once
do update set events = tracking_tally.events + excluded.events, last_at = excluded.last_at"""


def write(rows: Sequence[Row], tallies: Tallies, now: datetime) -> None:
    """All of it, or nothing. Raises psycopg.DataError where a row cannot be stored, psycopg.OperationalError where the
    database is not there."""
    connection.ensure_connection()
    # Parameters go to the server as they are; Django's own cursor would quote megabytes into the statement.
    with transaction.atomic(), psycopg.Cursor(connection.connection) as cursor:
        if rows:
            log.append(cursor, _lines(cursor, rows))
        if tallies:
            _count(cursor, tallies, now)


def _lines(cursor: psycopg.Cursor, rows: Sequence[Row]) -> str:
    """The lines with the persons they are about, as one JSON array."""
    found = persons.resolve(cursor, {row.who for row in rows})
    lines = []
    for row in rows:
        person = found.get(row.who)
        number = b"null" if person is None else b"%d" % person[0]
        lines.append(b'{"person":' + number + b"," + row.line[1:])
    return (b"[" + b",".join(lines) + b"]").decode()


def _count(cursor: psycopg.Cursor, tallies: Tallies, now: datetime) -> None:
    counted = sorted((source, outcome, events) for (source, outcome), events in tallies.items())
    cursor.execute(TALLY, [now, now, *map(list, zip(*counted, strict=True))])
