"""Write checked events into the log: a group of requests in one transaction, each event once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import psycopg
from django.db import connection, transaction

from treue.core import prepared
from treue.core.customers import persons
from treue.core.customers.erased import before_their_erasure, keep_still
from treue.core.events import log
from treue.core.events.log import Whose
from treue.listen.tracking.checking import Row
from treue.listen.tracking.errors import ErasedPerson
from treue.listen.tracking.models import Tally

Tallies = Counter[tuple[int, str]]

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
    connection.connection.prepare_threshold = prepared.AFTER
    counted = Counter(tallies)
    # Parameters go to the server as they are; Django's own cursor would quote megabytes into the statement.
    with transaction.atomic(), psycopg.Cursor(connection.connection) as cursor:
        if rows:
            _append(cursor, rows, counted, now)
        else:
            _count(cursor, counted, now)


def _append(cursor: psycopg.Cursor, rows: Sequence[Row], counted: Tallies, now: datetime) -> None:
    with connection.connection.pipeline():  # what needs no answer is not waited for
        taken = _without_the_erased(cursor, rows, counted)
        trusted = {row.who for row in taken if row.is_trusted}
        found = persons.resolve(cursor, {row.who for row in taken}, trusted=trusted)
        _count(cursor, counted, now)
        entries = [row.entry for row in taken]
        new = log.take(cursor, entries)
    whose = {who: Whose(person.number, person.customer or person.number) for who, person in found.items()}
    log.write(cursor, entries, [whose[row.who] for row in taken], new)


def _without_the_erased(cursor: psycopg.Cursor, rows: Sequence[Row], counted: Tallies) -> Sequence[Row]:
    """What is told of somebody who was erased since is counted and left out."""
    keep_still(cursor, {row.who.shop for row in rows})
    refused = before_their_erasure(cursor, [row.who for row in rows], [row.entry.occurred_at for row in rows])
    for place in refused:
        counted[rows[place].source_id, Tally.TAKEN] -= 1
        counted[rows[place].source_id, ErasedPerson.code] += 1
    return [row for place, row in enumerate(rows) if place not in refused] if refused else rows


def _count(cursor: psycopg.Cursor, tallies: Tallies, now: datetime) -> None:
    counted = sorted((source, outcome, events) for (source, outcome), events in tallies.items() if events > 0)
    if not counted:
        return
    cursor.execute(TALLY, [now, now, *map(list, zip(*counted, strict=True))])
