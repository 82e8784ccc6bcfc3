"""Events of months that have left the log, for whoever asks what happened to one person.

The log knows that a month has left it, not how it is kept: the room that took it says how to read it. Of such an event
only what concerns behaviour and purchases is there, and no `message_id`; where it tells of an order, `kept_id` says
which telling it is.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Protocol

from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events import departing, partitions
from treue.core.events.models import Event, MovedMonth, Parked

# What a month holds may have happened a little after it was written down: a program may tell an order of tomorrow. How
# long before is not known: a telephone may tell of a summer when it is switched on again.
LONGEST_AHEAD = timedelta(days=2)

Place = tuple[datetime, int]


class Span(NamedTuple):
    """Aware moments, of the first and the last that happened."""

    first: datetime
    last: datetime


class Archive(Protocol):
    """Where months lie that have left the log: what its files hold of some persons of a shop."""

    def read(self, shop_id: int, files: Collection[str], numbers: Collection[int]) -> Iterator[Event]:
        """In the order of the log."""

    def span(self, shop_id: int, file: str, numbers: Collection[int]) -> Span | None:
        """When all of it happened, without reading it; None where a file cannot hold anything of them."""

    def whose(self, shop_id: int, files: Collection[str], numbers: Collection[int]) -> set[int]:
        """Those among them of whom there is anything."""


ARCHIVES: list[Archive] = []


def kept_in(archive: Archive) -> None:
    """Have moved months looked for there."""
    ARCHIVES.append(archive)


def of(shop_id: int, numbers: Collection[int], *, since: datetime | None = None) -> Iterator[Event]:
    """What is kept elsewhere of some persons, in the order of the log. numbers: theirs. since: nothing is asked for of
    what was written down in the months before this moment.

    In one transaction with what is read of the log itself, and after that: a month cannot leave the log in between.
    """
    files = [file for month, file in _moved(shop_id) if since is None or month >= _month(since)]
    for archive in ARCHIVES if files else ():
        yield from archive.read(shop_id, files, numbers)


def whose(shop_id: int, numbers: Collection[int]) -> set[int]:
    """Those among some persons of whom anything is kept elsewhere. numbers: all are asked for as they are, whoever they
    stand for today. After the log was asked, see `of`."""
    files = [file for _, file in _moved(shop_id)]
    found = (archive.whose(shop_id, files, numbers) for archive in ARCHIVES if files and numbers)
    return {number for numbers_there in found for number in numbers_there}


def waiting(parked: Parked) -> Event | None:
    """The event of a customer that waits for a reaction, if it has left the log."""
    moved = MovedMonth.objects.filter(month=_month(parked.recorded_at)).order_by("shop", "pk")
    places = list(moved.values_list("shop", "file"))
    if parked.person is None or not places:
        return None
    numbers = persons.numbers_of(Customer(pk=parked.person))
    found = (event for shop, file in places for archive in ARCHIVES for event in archive.read(shop, [file], numbers))
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
    concerns: what is asked for at all. Months are read backwards, and only while one can hold something later than what
    is there. In the transaction in which `found` was read, see `of`.
    """
    page = list(found)
    begins = departing.first_moment(shop_id)
    if begins is None or _is_later(page, most, begins + LONGEST_AHEAD):
        return page
    for month, file in reversed(_moved(shop_id)):
        if _is_later(page, most, partitions.span(month)[1] + LONGEST_AHEAD):
            break
        for archive in ARCHIVES:
            span = archive.span(shop_id, file, numbers)
            if span is None or _is_later(page, most, span.last) or (before and before[0] < span.first):
                continue
            older = (event for event in archive.read(shop_id, [file], numbers) if concerns(event))
            asked = [event for event in older if before is None or _place(event) < before]
            page = sorted([*page, *asked], key=_place, reverse=True)[:most]
    return page


def _is_later(page: Sequence[Event], most: int, moment: datetime) -> bool:
    """Whether a page is full of what happened after a moment."""
    return len(page) == most and page[-1].occurred_at > moment


def _moved(shop_id: int) -> list[tuple[date, str]]:
    """The months that have left the log with their files, the earliest first."""
    return list(MovedMonth.objects.filter(shop=shop_id).order_by("month", "pk").values_list("month", "file"))


def _month(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def _place(event: Event) -> Place:
    return event.occurred_at, event.seq
