"""Write down what happened, once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from treue.core.shop.models import Shop

# The ids are taken in their own order, so that two writers of the same messages wait for each other instead of
# meeting crosswise. What another transaction is writing is waited for: only then it is known whether it is new.
RECORD = """
with incoming as (
    select * from rows from (jsonb_to_recordset(%(events)s::jsonb) as (
        message_id text, name text, person bigint, source text, occurred_at timestamptz, facts jsonb))
        with ordinality as given (message_id, name, person, source, occurred_at, facts, place)),
fresh as (
    insert into events_message (shop_id, message_id)
    select distinct %(shop)s::bigint, message_id from incoming order by message_id
    on conflict do nothing returning message_id)
insert into events_event (shop_id, message_id, name, person, source, occurred_at, facts)
select %(shop)s, message_id, name, person, source, occurred_at, facts
from (select distinct on (message_id) * from incoming order by message_id, place) once join fresh using (message_id)
order by place"""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something to be written down.

    message_id: the same for the same event, however often it is told; unique in the shop. person: the first number of
    the customer or visitor, None where it concerns nobody. occurred_at: an aware moment. facts: what JSON can hold,
    without NUL.
    """

    message_id: str
    name: str
    person: int | None
    source: str
    occurred_at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)


def record(shop: Shop, happenings: Sequence[Happening]) -> int:
    """Append to the log what is not there yet, in the order given. Returns how many were new.

    In the transaction of the caller: an event is there if, and only if, what it tells of is.
    """
    if not happenings:
        return 0
    rows = [{name: getattr(each, name) for name in Happening.__slots__} for each in happenings]
    with connection.cursor() as cursor:
        cursor.execute(RECORD, {"shop": shop.pk, "events": json.dumps(rows, cls=DjangoJSONEncoder)})
        return cursor.rowcount
