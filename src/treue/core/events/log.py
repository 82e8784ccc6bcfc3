"""Write down what happened, once."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

import msgspec
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from psycopg import Copy

from treue.core.events import withdrawing
from treue.core.events.models import SHARDS, Message
from treue.core.shop.models import Shop

# The digests are taken in their own order, so that two writers of the same messages wait for each other instead of
# meeting crosswise. What another transaction is writing is waited for: only then it is known whether it is new.
# Answered are the places of those that are there already; mostly none.
TAKE = """
with given as materialized (
    select digest, place from unnest(%(digests)s::uuid[]) with ordinality as g (digest, place)),
fresh as (
    insert into events_message (shop_id, digest) select %(shop)s, digest from given order by digest
    on conflict do nothing returning digest)
select place - 1 from given left join fresh using (digest) where fresh.digest is null"""

WRITE = """
copy events_event (shop_id, message_id, name, person, shard, source, occurred_at, is_history, facts) from stdin"""
LINE = b"%d\t%b\t%b\t%b\t%d\t%b\t%b\t%b\t%b\n"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # in JSON: the database keeps it, and fails where somebody asks for it
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

MERGED = "select id, merged_into_id from customers_customer where id = any(%s) and merged_into_id is not null"

_encoded = msgspec.json.Encoder().encode


class Cursor(withdrawing.Asking, Protocol):
    def copy(self, statement: str, /) -> AbstractContextManager[Copy]: ...


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


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A happening of some shop without the person, its facts as JSON already."""

    shop_id: int
    message_id: str
    name: str
    source: str
    occurred_at: datetime
    facts: bytes
    is_history: bool = False
    again_id: str | None = None
    again_name: str | None = None
    covers: Sequence[str] = ()


class Whose(NamedTuple):
    """Whom an entry concerns, and in whose order it comes. lane: never None where `person` is not."""

    person: int | None
    lane: int | None


def record(shop: Shop, happenings: Sequence[Happening]) -> int:
    """Append to the log what is not there yet, in the order given. Returns how many were new.

    In the transaction of the caller: an event is there if, and only if, what it tells of is.
    """
    return len(record_new(shop, happenings))


def record_new(shop: Shop, happenings: Sequence[Happening]) -> list[str]:
    """`record`, for whoever has to know what was new: the ids under which that stands in the log.

    Raises ValueError where facts hold what is no text.
    """
    if not happenings:
        return []
    # psycopg's own errors, which COPY raises, are Django's to all who wait for these.
    with transaction.atomic(savepoint=False), connection.wrap_database_errors, connection.cursor() as cursor:
        return append(cursor, [_entry(shop, each) for each in happenings], _whose(cursor, happenings))


def _entry(shop: Shop, told: Happening) -> Entry:
    facts = json.dumps(told.facts, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
    if NUL.search(facts):
        raise ValueError("facts hold NUL")
    return Entry(
        shop_id=shop.pk,
        message_id=told.message_id,
        name=told.name,
        source=told.source,
        occurred_at=told.occurred_at,
        facts=facts,
        is_history=told.is_history,
        again_id=told.again_id,
        again_name=told.again_name,
        covers=told.covers,
    )


def _whose(cursor: Cursor, happenings: Sequence[Happening]) -> list[Whose]:
    """A customer who was merged into another is in the other's lane, also where the caller does not say so."""
    unsaid = {each.person for each in happenings if each.lane is None and each.person is not None}
    if unsaid:
        cursor.execute(MERGED, [list(unsaid)])
    today = dict(cursor.fetchall()) if unsaid else {}
    return [
        Whose(each.person, today.get(each.person, each.person) if each.lane is None else each.lane)
        for each in happenings
    ]


def append(cursor: Cursor, entries: Sequence[Entry], whose: Sequence[Whose]) -> list[str]:
    """Append what is not there yet, for whoever writes many at once on a connection of its own.

    whose: of each entry. Returns the ids under which the new ones stand in the log.
    """
    new = take(cursor, entries)
    write(cursor, entries, whose, new)
    return [each.message_id for each in new]


class New(NamedTuple):
    """An entry that nobody told before, by its place, and as what it is written down."""

    place: int
    message_id: str
    name: str


def take(cursor: Cursor, entries: Sequence[Entry]) -> list[New]:
    """The first half of `append`: have what is new be known from now on."""
    by_shop: dict[int, list[int]] = {}
    for place, each in enumerate(entries):
        by_shop.setdefault(each.shop_id, []).append(place)
    new = [found for shop, places in sorted(by_shop.items()) for found in _new_of(cursor, shop, entries, places)]
    return new if len(by_shop) == 1 else sorted(new)


def write(cursor: Cursor, entries: Sequence[Entry], whose: Sequence[Whose], new: Sequence[New]) -> None:
    """The second half: write it down."""
    if new:
        lines = [_line(entries[place], whose[place], message_id, name) for place, message_id, name in new]
        with cursor.copy(WRITE) as copy:
            copy.write(b"".join(lines))


def _new_of(cursor: Cursor, shop: int, entries: Sequence[Entry], places: Sequence[int]) -> Iterator[New]:
    """`take` of one shop's entries. What is taken: their own ids, then those that they cover."""
    own = [entries[place].message_id for place in places]
    further = [(place, covered) for place in places for covered in entries[place].covers]
    ids, owners = own, own
    if further:
        ids = own + [covered for _place, covered in further]
        owners = own + [entries[place].message_id for place, _covered in further]
    if times := withdrawing.times_of(cursor, shop, own):
        ids = [withdrawing.told_as(each, times.get(owner, 0)) for each, owner in zip(ids, owners, strict=True)]
    news = _taken(cursor, shop, ids)
    again = {each: at for at, each in enumerate(further, len(own))}
    for at, place in enumerate(places):
        entry = entries[place]
        if at in news:
            yield New(place, ids[at], entry.name)
        elif (told := again.get((place, entry.again_id))) in news:
            yield New(place, ids[told], entry.again_name)


def _taken(cursor: Cursor, shop: int, ids: Sequence[str]) -> set[int]:
    """The places of those that nobody told before; of those that come twice it is the first."""
    first: dict[str, int] = {}
    for place, each in enumerate(ids):
        first.setdefault(digest(each), place)
    cursor.execute(TAKE, {"shop": shop, "digests": f"{{{','.join(first)}}}"})
    places = list(first.values())
    return set(places).difference([places[known] for (known,) in cursor.fetchall()])


def was_told(shop: Shop, message_id: str) -> bool:
    """Whether something was written down under this id."""
    return Message.objects.filter(shop=shop, digest=digest(message_id)).exists()


def digest(message_id: str) -> str:
    """What stands for an id where the log knows that it was told; it is half as long.

    In SQL: md5(message_id)::uuid.
    """
    return hashlib.md5(message_id.encode(), usedforsecurity=False).hexdigest()


def _line(entry: Entry, whose: Whose, message_id: str, name: str) -> bytes:
    return LINE % (
        entry.shop_id,
        _text(message_id),
        _name(name),
        rb"\N" if whose.person is None else b"%d" % whose.person,
        _shard(whose.lane, message_id),
        _name(entry.source),
        _encoded(entry.occurred_at)[1:-1],
        b"t" if entry.is_history else b"f",
        entry.facts.replace(b"\\", rb"\\"),
    )


def _text(value: str) -> bytes:
    """As COPY reads it."""
    return (value if value.isprintable() and "\\" not in value else value.translate(ESCAPED)).encode()


_name = lru_cache(1024)(_text)


def _shard(lane: int | None, message_id: str) -> int:
    return (lane if lane is not None else hashlib.md5(message_id.encode(), usedforsecurity=False).digest()[0]) % SHARDS
