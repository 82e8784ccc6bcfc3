"""What was written down and is taken back by whoever told it: it may be told again, as an event of its own.

A message comes once. Where what it said was withdrawn (an import was undone), the same message is news again, whoever
tells it; `log.record` then writes it under an id that nobody has seen, "order completed A1 again 1". Only what we name
ourselves can be withdrawn: its id has a blank in it, which no sender's has.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from django.db import connection

from treue.core.events.models import Withdrawn
from treue.core.shop.models import Shop

# SQL: under which id a message would be found if it was told since it was last withdrawn.
TOLD_AS = """coalesce((
    select w.message_id || ' again ' || w.times from events_withdrawn w
    where w.shop_id = {shop} and w.message_id = {message}), {message})"""

# SQL: whether a message was told and not withdrawn since.
WAS_TOLD = f"""exists (
    select from events_message m
    where m.shop_id = %(shop)s and m.digest = md5({TOLD_AS.format(shop="%(shop)s", message="{message}")})::uuid)"""

TIMES = "select message_id, times from events_withdrawn where shop_id = %s and message_id = any(%s)"

WITHDRAW = f"""
insert into events_withdrawn as known (shop_id, message_id, times)
select %(shop)s, given.id, 1 from (select distinct unnest(%(messages)s::text[]) as id) given
where {WAS_TOLD.format(message="given.id")}
order by given.id
on conflict on constraint events_withdrawn_once do update set times = known.times + 1"""  # noqa: S608 - our own constants


class Asking(Protocol):
    """A cursor: Django's, or psycopg's own."""

    def execute(self, query: str, params: Sequence[object] | Mapping[str, object], /) -> object: ...

    def fetchall(self) -> Sequence[tuple[object, ...]]: ...


def withdraw(shop: Shop, messages: Collection[str]) -> None:
    """Have what these messages told be news when it is told again; what nobody has told is left out.

    messages: their ids as whoever tells them gives them. In the transaction of whoever takes back what was told.
    """
    if not messages:
        return
    if not all(map(_is_ours, messages)):
        raise ValueError("what a sender named cannot be withdrawn")
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAW, {"shop": shop.pk, "messages": list(messages)})


def times_withdrawn(shop: Shop, message_id: str) -> int:
    """How often this was told and taken back; 0 for nearly all."""
    return Withdrawn.objects.filter(shop=shop, message_id=message_id).values_list("times", flat=True).first() or 0


def times_of(cursor: Asking, shop: int, messages: Iterable[str]) -> dict[str, int]:
    """How often each of these was told and taken back; without those that never were."""
    ours = [each for each in messages if _is_ours(each)]
    if not ours:
        return {}
    cursor.execute(TIMES, [shop, ours])
    return dict(cursor.fetchall())


def _is_ours(message_id: str) -> bool:
    return " " in message_id


def told_as(message_id: str, times: int) -> str:
    """The id under which a message stands in the log after it was withdrawn so often."""
    return f"{message_id} again {times}" if times else message_id
