"""What several tell of one order, over real HTTP: by letters, of which the number of the order is made."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sending import Sender

IDENTIFY = "I"
Told = Callable[[str, str], tuple[str, dict[str, object]]]


def react() -> None:
    from treue.core.events import parking
    from treue.core.events.reacting import drain
    from treue.core.events.reading import begin

    begin()
    while drain() + parking.try_due(threading.Event()):
        pass


def as_it_was_said(statement: str, *, of: str, gone: str) -> None:
    """What a migration says of messages that were known by their ids, and now are by digests.

    of: with what their ids begin; nothing else is known then. gone: the order of which the event has left for the lake.
    """
    from django.db import connection, transaction
    from django.db.models.fields.json import KT

    from treue.core.events.models import Event

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "create temp table events_message (shop_id bigint, message_id text, primary key (shop_id, message_id))"
            " on commit drop"
        )
        cursor.execute(
            "insert into events_message select shop_id, message_id from events_event where message_id like %s",
            [f"{of} %"],
        )
        Event.objects.alias(order=KT("facts__order_id")).filter(order=gone).delete()
        cursor.execute(statement)
        cursor.execute("delete from public.events_message")
        cursor.execute(
            "insert into public.events_message select shop_id, md5(message_id)::uuid from pg_temp.events_message"
        )


def in_rounds(told_of: Collection[str]) -> list[list[tuple[str, str]]]:
    """Numbers of orders with the next telling of each, the letters of its number from the first to the last."""
    longest = max(map(len, told_of))
    return [[(number, number[place]) for number in told_of if len(number) > place] for place in range(longest)]


def tell_all(senders: Mapping[str, "Sender"], rounds: Sequence[Sequence[tuple[str, str]]], told: Told) -> None:
    """Each round before the next one, in a request for each source; then all that has its effect.

    told: the source and the event, by number and letter.
    """
    for these in rounds:
        for name, sender in senders.items():
            events = [event for source, event in (told(*each) for each in these) if source == name]
            if events:
                assert sender.send(*events).json == {"success": True}
    react()


def best(said: Sequence[str]) -> str | None:
    """Whose word counts: the last in the alphabet of those of which is known whose they are."""
    return max((each for each in said if each in "BD" or (each in "AC" and IDENTIFY in said)), default=None)
