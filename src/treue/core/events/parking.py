"""Events that a reaction could not deal with, and those of the same person that wait behind them."""

import threading
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from treue.core.events import reading, registry
from treue.core.events.models import Event, Parked
from treue.core.events.reading import Read
from treue.core.events.registry import Reaction

MOST_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
LONGEST_ERROR = 200
AT_ONCE = 200


def persons(reaction: Reaction, among: Collection[int | None]) -> set[int]:
    """Of whom something is parked. Events that concern nobody wait for nobody."""
    asked = {person for person in among if person is not None}
    found = Parked.objects.filter(reaction=reaction.name, person__in=asked).values_list("person", flat=True)
    return set(found.distinct())


def park(reaction: Reaction, shard: int, found: Sequence[Read], *, error: Exception | None = None) -> None:
    """Keep events for later. error: what the first attempt at the only one ended with."""
    Parked.objects.bulk_create(
        Parked(
            reaction=reaction.name,
            seq=each.event.seq,
            recorded_at=each.event.recorded_at,
            place=int(each.place),
            person=each.event.person,
            shard=shard,
            **(_failed(error, attempts=1) if error else {}),
        )
        for each in found
    )


def _failed(error: Exception, *, attempts: int) -> dict[str, object]:
    """Only the kind of error is kept: its words may quote what it was about."""
    wait = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    again = timezone.now() + wait if attempts < MOST_ATTEMPTS else None
    return {"error": type(error).__qualname__[:LONGEST_ERROR], "attempts": attempts, "next_try_at": again}


def try_due(stop: threading.Event) -> int:
    """Try again what is due. Returns how many events were dealt with or tried."""
    due = Parked.objects.filter(next_try_at__lte=timezone.now(), reaction__in=registry.REACTIONS)
    tried = 0
    for parked in due.order_by("next_try_at")[:AT_ONCE]:
        if stop.is_set():
            break
        tried += try_again(parked)
    return tried


def try_again(parked: Parked) -> int:
    """The failed event, and, where it succeeds now, those that waited behind it, in their order.

    The reaction's place in the shard is held meanwhile: nobody else parks or tries anything of this person.
    """
    from treue.core.events.reacting import call

    reaction = registry.named(parked.reaction)
    tried = 0
    with transaction.atomic():
        if reading.hold(reaction, parked.shard, wait=True) is None:
            return 0
        for each in _queue(parked):
            tried += 1
            error = call(reaction, [_event(each)])
            if error is not None:
                Parked.objects.filter(pk=each.pk).update(**_failed(error, attempts=each.attempts + 1))
                break
            each.delete()
    return tried


def leave_out(parked: Parked) -> None:
    """Give a failed event up, and go on with those behind it."""
    with transaction.atomic():
        reading.hold(registry.named(parked.reaction), parked.shard, wait=True)
        Parked.objects.filter(pk=parked.pk).delete()
        behind = _queue(parked)
        if behind:
            Parked.objects.filter(pk=behind[0].pk).update(next_try_at=timezone.now())


def _queue(parked: Parked) -> list[Parked]:
    if parked.person is None:
        return list(Parked.objects.filter(pk=parked.pk))
    same = Parked.objects.filter(reaction=parked.reaction, person=parked.person)
    return list(same.order_by("place", "seq")[:AT_ONCE])


def _event(parked: Parked) -> Event:
    return Event.objects.get(seq=parked.seq, recorded_at=parked.recorded_at)
