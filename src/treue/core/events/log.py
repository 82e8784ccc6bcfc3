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
# A row takes its own id and those that it covers; each is the first row's that takes it. What was withdrawn comes under
# other ids (`withdrawing`).
APPEND = """
with incoming as (
    select given.shop_id, given.message_id as told_id, once_more, given.message_id || once_more as message_id,
        again_id || once_more as again_id, again_name, covers, name, person, lane, source, occurred_at, is_history,
        facts, place
    from rows from (jsonb_to_recordset(%s::jsonb) as (
        shop_id bigint, message_id text, name text, person bigint, lane bigint, source text, occurred_at timestamptz,
        is_history boolean, facts jsonb, again_id text, again_name text, covers text[])) with ordinality
        as given (shop_id, message_id, name, person, lane, source, occurred_at, is_history, facts, again_id,
            again_name, covers, place)
    left join events_withdrawn w on w.shop_id = given.shop_id and w.message_id = given.message_id
    cross join lateral (select coalesce(' again ' || w.times, '') as once_more) as suffix),
taken as (
    select distinct on (shop_id, taken_id) *
    from (select *, unnest(told_id || covers) || once_more as taken_id from incoming) each_id
    order by shop_id, taken_id, place),
fresh as (
    insert into events_message (shop_id, message_id)
    select shop_id, taken_id from taken order by shop_id, taken_id
    on conflict do nothing returning shop_id, message_id as taken_id)
insert into events_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts)
select shop_id, taken_id, case when taken_id = message_id then name else again_name end, person,
    coalesce(
        lane, (select merged_into_id from customers_customer c where c.id = person), person,
        get_byte(decode(md5(message_id), 'hex'), 0)) & %s,
    source, occurred_at, coalesce(is_history, false), facts
from (
    select distinct on (place) * from taken join fresh using (shop_id, taken_id)
    where taken_id in (message_id, again_id) order by place, taken_id <> message_id) once
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
    again_id, again_name: as what it is written down where the message is there already, but nothing yet that covers
    `again_id`. covers: the ids of which nothing is news any more after this, its own `again_id` among them.
    """

    message_id: str
    name: str
    person: int | None
    source: str
    occurred_at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
    lane: int | None = None
    is_history: bool = False
    again_id: str | None = None
    again_name: str | None = None
    covers: Sequence[str] = ()


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
