"""The log after a backup was restored.

Rows hold the numbers of the transactions that wrote them, and these mean nothing in another cluster: above its own
numbers nothing would ever be read. So all rows move to one number that lies below any, in the order they had, and each
reaction's place moves with them.
"""

from django.db import connection, transaction

# New numbers lie above all that were given out, so that no row meets another one's.
NUMBERED = """
create temp table numbered on commit drop as
select e.seq as former, e.xid, e.shard, (select last_value from events_event_seq) + row_number() over w as seq
from events_event e window w as (order by e.xid, e.seq)"""

CURSORS = """
update events_cursor c set xid = '1', seq = coalesce((
    select max(n.seq) from numbered n where n.shard = c.shard and (n.xid, n.former) <= (c.xid, c.seq)), 0)"""

PARKED = "update events_parked p set place = 1, seq = n.seq from numbered n where n.former = p.seq"

ELSEWHERE = "update {table} t set seq = n.seq from numbered n where n.former = t.seq"

EVENTS = "update events_event e set xid = '1', seq = n.seq from numbered n where n.former = e.seq"

NEXT = "select setval('events_event_seq', (select coalesce(max(seq), 1) from events_event))"


TABLES: list[str] = []  # of other rooms


def also_in(table: str) -> None:
    """Let a table of another room keep pace, which names events by a column `seq`."""
    TABLES.append(table)


def renumber() -> None:
    """Make the log readable in the cluster that it was restored into. Nobody may be writing to it."""
    elsewhere = [ELSEWHERE.format(table=table) for table in TABLES]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (NUMBERED, "analyze numbered", CURSORS, PARKED, *elsewhere, EVENTS, NEXT):
            cursor.execute(statement)
