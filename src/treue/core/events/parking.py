"""Events that a reaction could not deal with, and those of the same person that wait behind them."""

import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from treue.core.events import departed, reading, registry
from treue.core.events.calling import call
from treue.core.events.errors import NotNow
from treue.core.events.happened import Happened
from treue.core.events.models import LONGEST_ERROR, SHARDS, MovedMonth, Parked
from treue.core.events.reading import Read
from treue.core.events.registry import Reaction

MOST_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
AT_ONCE = 200

TAKE_UP = """
insert into events_parked (reaction, seq, recorded_at, place, person, shard, error, attempts, next_try_at)
select %(reaction)s, e.seq, e.recorded_at, e.xid::text::bigint, %(customer)s, e.shard, '', 0, now()
from events_event e where e.person = %(person)s and e.name = any(%(names)s)
order by e.xid, e.seq
on conflict (reaction, seq) do update set person = excluded.person, next_try_at = excluded.next_try_at"""


def persons(reaction: Reaction, among: Collection[int | None]) -> set[int]:
    """Of whom something is parked. Events that concern nobody wait for nobody."""
    parked = Parked.objects.filter(reaction=reaction.name, person__isnull=False)
    if not parked.exists():
        return set()  # as nearly always
    asked = {person for person in among if person is not None}
    return set(parked.filter(person__in=asked).values_list("person", flat=True).distinct())


def park(reaction: Reaction, shard: int, found: Sequence[Read], *, error: Exception | None = None) -> None:
    """Keep events for later. error: what the first attempt at the only one ended with.

    One that was taken up before it was read here is kept already.
    """
    rows = [
        Parked(
            reaction=reaction.name,
            seq=each.event.seq,
            recorded_at=each.event.recorded_at,
            place=int(each.place),
            person=each.lane,
            shard=shard,
            **(_failed(error, attempts=1) if error else {}),
        )
        for each in found
    ]
    Parked.objects.bulk_create(rows, ignore_conflicts=True)


def _failed(error: Exception, *, attempts: int) -> dict[str, object]:
    """Only the kind of error is kept: its words may quote what it was about."""
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    again = timezone.now() + wait if attempts < MOST_ATTEMPTS else None
    return {"error": type(error).__qualname__[:LONGEST_ERROR], "attempts": attempts, "next_try_at": again}


def take_up(reaction: str, visitors: Mapping[int, int], names: Collection[str]) -> None:
    """Have a reaction deal with events of visitors once more, as the customers' that they turned out to be; soon, and
    in their order among what is parked of each customer. Also with what has left the log.

    visitors: their numbers, each with the customer's.
    """
    if not visitors:
        return
    with connection.cursor() as cursor:
        for person, customer in visitors.items():
            values = {"reaction": reaction, "person": person, "customer": customer, "names": sorted(names)}
            cursor.execute(TAKE_UP, values)
    _take_up_departed(reaction, visitors, names)


def _take_up_departed(reaction: str, visitors: Mapping[int, int], names: Collection[str]) -> None:
    """Before whatever is in the log."""
    shops = MovedMonth.objects.values_list("shop", flat=True).distinct()
    older = [event for shop in shops for event in departed.of(shop, visitors) if event.name in names]
    Parked.objects.bulk_create(
        [
            Parked(
                reaction=reaction,
                seq=event.seq,
                recorded_at=event.recorded_at,
                place=0,
                person=visitors[event.person],
                shard=event.person % SHARDS,
                next_try_at=timezone.now(),
            )
            for event in older
        ],
        update_conflicts=True,
        unique_fields=["reaction", "seq"],
        update_fields=["person", "next_try_at"],
    )


def follow(persons: Collection[int], customer: int) -> None:
    """What is parked of some persons belongs to this customer now, and keeps their later events behind it."""
    Parked.objects.filter(person__in=persons).update(person=customer)


def hold(parked: Parked) -> None:
    """Keep everybody else from what is parked in a shard; where the reaction is not there any more, nobody comes."""
    if parked.reaction in registry.REACTIONS:
        reading.hold(registry.named(parked.reaction), parked.shard, wait=True)


def try_due(stop: threading.Event) -> int:
    """Try again what is due. Returns how many events were dealt with or tried."""
    due = Parked.objects.filter(next_try_at__lte=timezone.now(), reaction__in=registry.REACTIONS)
    tried = 0
    for parked in due.order_by("next_try_at")[:AT_ONCE]:
        if stop.is_set():
            break
        tried += try_again(parked, if_due=True)
    return tried


def try_again(parked: Parked, *, if_due: bool = False) -> int:
    """The failed event, and, where it succeeds now, those that waited behind it, in their order.

    The reaction's place in the shard is held meanwhile: nobody else parks or tries anything of this person. if_due:
    not where another worker has tried it since. Returns how many events were dealt with or tried.
    """
    reaction = registry.named(parked.reaction)
    with suppress(NotNow), transaction.atomic():
        hold(parked)
        queue = _queue(parked)
        if if_due and not (queue and (queue[0].is_due or not queue[0].error)):
            return 0  # the first one failed and is not due; one that only waited here came before what was taken up
        for tried, each in enumerate(queue, start=1):
            if not _succeeds(reaction, each):
                return tried
        _let_next_be_due(parked)
        return len(queue)
    return 0


def _succeeds(reaction: Reaction, parked: Parked) -> bool:
    """Whether it need not wait any longer: it was dealt with, or the event is not there any more."""
    event = reading.one(parked.seq, parked.recorded_at) or _departed(parked)
    error = call(reaction, [event]) if event else None
    if error is None:
        parked.delete()
        return True
    Parked.objects.filter(pk=parked.pk).update(**_failed(error, attempts=parked.attempts + 1))
    return False


def _departed(parked: Parked) -> Happened | None:
    """An event that has left the log, as it would be read there. Something else stands for the id of its message: its
    number, where files of months that left early do not say which telling of an order it was."""
    event = departed.waiting(parked)
    if event is None:
        return None
    told = {name: getattr(event, name) for name in Happened.__dataclass_fields__ if name != "customer"}
    return Happened(**told | {"message_id": event.kept_id or f"event {event.seq}"}, customer=parked.person)


def leave_out(parked: Parked) -> None:
    """Give a failed event up, and go on with those behind it."""
    with transaction.atomic():
        hold(parked)
        Parked.objects.filter(pk=parked.pk).delete()
        _let_next_be_due(parked)


def _let_next_be_due(parked: Parked) -> None:
    """Whoever stands first now was waiting behind somebody who is gone, and nobody else would try it."""
    for first in _queue(parked)[:1]:
        Parked.objects.filter(pk=first.pk, next_try_at=None).update(next_try_at=timezone.now())


def _queue(parked: Parked) -> list[Parked]:
    if parked.person is None:
        return list(Parked.objects.filter(pk=parked.pk))
    same = Parked.objects.filter(reaction=parked.reaction, person=parked.person)
    return list(same.order_by("place", "seq")[:AT_ONCE])
