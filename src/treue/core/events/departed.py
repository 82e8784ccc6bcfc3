"""Events of months that have left the log, for whoever asks what happened to one person.

The log knows that a month has left it, not how it is kept: the room that took it says how to read it. Of such an event
only what concerns behaviour and purchases is there, and no `message_id`; where it tells of an order, `kept_id` says
which telling it is.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events import departing
from treue.core.events.models import Event, MovedMonth, Parked

# What a month holds may have happened a little after it was written down: a program may tell an order of tomorrow.
LONGEST_AHEAD = timedelta(days=2)

Reader = Callable[[int, Collection[str], Collection[int]], Iterator[Event]]
Place = tuple[datetime, int]
READERS: list[Reader] = []


def read_by(reader: Reader) -> None:
    """Have moved months read by this: a shop's events of these files and persons, in the order of the log."""
    READERS.append(reader)


def of(shop_id: int, numbers: Collection[int], *, since: datetime | None = None) -> Iterator[Event]:
    """What is kept elsewhere of some persons, in the order of the log. numbers: theirs. since: nothing is asked for of
    what was written down in the months before this moment.

    In one transaction with what is read of the log itself, and after that: a month cannot leave the log in between.
    """
    months = MovedMonth.objects.filter(shop=shop_id, **({"month__gte": _month(since)} if since else {}))
    files = list(months.order_by("month", "pk").values_list("file", flat=True))
    if files:
        for reader in READERS:
            yield from reader(shop_id, files, numbers)


def waiting(parked: Parked) -> Event | None:
    """The event of a customer that waits for a reaction, if it has left the log."""
    moved = list(
        MovedMonth.objects.filter(month=_month(parked.recorded_at)).order_by("shop", "pk").values_list("shop", "file")
    )
    if parked.person is None or not moved:
        return None
    numbers = persons.numbers_of(Customer(pk=parked.person))
    found = (event for shop, file in moved for reader in READERS for event in reader(shop, [file], numbers))
    return next((event for event in found if event.seq == parked.seq), None)


def filled_up(
    shop_id: int,
    numbers: Collection[int],
    found: Sequence[Event],
    most: int,
    *,
    before: Place | None = None,
    concerns: Callable[[Event], bool] = lambda event: True,
) -> list[Event]:
    """The latest events of these persons wherever they are, at most so many, the newest first.

    found: the latest of those that are in the log. before: moment and number of an event, behind which they begin.
    concerns: what is asked for at all. Where the log has enough that is later than all that has left it, nothing else
    is read. In the transaction in which `found` was read, see `of`.
    """
    begins = departing.first_moment(shop_id)
    if begins is None or (len(found) == most and found[-1].occurred_at > begins + LONGEST_AHEAD):
        return list(found)
    older = [each for each in of(shop_id, numbers) if (before is None or _place(each) < before) and concerns(each)]
    return sorted([*found, *older], key=_place, reverse=True)[:most]


def _month(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def _place(event: Event) -> Place:
    return event.occurred_at, event.seq
