"""Write down what happened, once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from treue.core.events.models import SHARDS
from treue.core.shop.models import Shop

# The ids are taken in their own order, so that two writers of the same messages wait for each other instead of
# meeting crosswise. What another transaction is writing is waited for: only then it is known whether it is new.
# What was withdrawn comes under another id (`withdrawing`).
APPEND = """
with incoming as (
    select given.shop_id, coalesce(w.message_id || ' again ' || w.times, given.message_id) as message_id, name, person,
        lane, source, occurred_at, is_history, facts, place
    from rows from (jsonb_to_recordset(%s::jsonb) as (
        shop_id bigint, message_id text, name text, person bigint, lane bigint, source text, occurred_at timestamptz,
        is_history boolean, facts jsonb)) with ordinality
        as given (shop_id, message_id, name, person, lane, source, occurred_at, is_history, facts, place)
    left join events_withdrawn w on w.shop_id = given.shop_id and w.message_id = given.message_id),
fresh as (
    insert into events_message (shop_id, message_id)
    select distinct shop_id, message_id from incoming order by shop_id, message_id
    on conflict do nothing returning shop_id, message_id)
insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts)
select shop_id, message_id, name, person,
    coalesce(
        lane, (select merged_into_id from customers_customer c where c.id = person), person,
        get_byte(decode(md5(message_id), 'hex'), 0)) & %s,
    source, occurred_at, coalesce(is_history, false), facts
from (select distinct on (shop_id, message_id) * from incoming order by shop_id, message_id, place) once
join fresh using (shop_id, message_id)
order by place"""


class Cursor(Protocol):
    """Django's, or psycopg's own."""

    rowcount: int

    def execute(self, query: str, params: Sequence[object], /) -> object: ...


@dataclass(frozen=True, slots=True)
class Happening:
    """Something to be written down.

    message_id: the same for the same event, however often it is told; unique in the shop. person: the first number of
    the customer or visitor, None where it concerns nobody. occurred_at: an aware moment. facts: what JSON can hold,
    without NUL. lane: the customer whom that number stands for now, where it is another one; it keeps their events in
    one order. is_history: it happened before its source was live; reactions see it only where they ask for that.
    """

    message_id: str
    name: str
    person: int | None
    source: str
    occurred_at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
    lane: int | None = None
    is_history: bool = False


def record(shop: Shop, happenings: Sequence[Happening]) -> int:
    """Append to the log what is not there yet, in the order given. Returns how many were new.

    In the transaction of the caller: an event is there if, and only if, what it tells of is.
    """
    if not happenings:
        return 0
    with connection.cursor() as cursor:
        return append(cursor, _json(shop, happenings))


def record_new(shop: Shop, happenings: Sequence[Happening]) -> set[str]:
    """`record`, for whoever has to know what was new: the ids under which that stands in the log."""
    if not happenings:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"{APPEND} returning message_id", [_json(shop, happenings), SHARDS - 1])
        return {message_id for (message_id,) in cursor.fetchall()}


def _json(shop: Shop, happenings: Sequence[Happening]) -> str:
    rows = [{"shop_id": shop.pk, **{name: getattr(each, name) for name in Happening.__slots__}} for each in happenings]
    return json.dumps(rows, cls=DjangoJSONEncoder)


def append(cursor: Cursor, rows: str) -> int:
    """Append rows that are JSON already: objects with `shop_id` and what a `Happening` holds, of any shops.

    For whoever writes many at once, on a connection of its own. Returns how many were new.
    """
    cursor.execute(APPEND, [rows, SHARDS - 1])
    return cursor.rowcount
