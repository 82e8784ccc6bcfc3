"""Who is at risk, and whose next purchase is due: found page by page among a million.

Each list goes down by one figure (`rank`) and begins or ends with a customer, never at an offset. Whoever does not want
to be evaluated personally stands in none, from that moment on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from django.db.models import F, Q, QuerySet

from treue.understand.value import reading
from treue.understand.value.models import AT_STAKE, LEAST_RISK, Fit, Score

PAGE = 50
DAYS_AHEAD = 7

Place = tuple[float | Decimal, int]  # the rank and the number of a customer


@dataclass(frozen=True)
class Position:
    """Where a page begins: after, or before, the customer with this number. page: its number, for the label alone."""

    after: int | None = None
    before: int | None = None
    page: int = 1


START = Position()


@dataclass(frozen=True)
class Page:
    """scores: with their `rank`, in order. has_more: whether the list goes on after them."""

    scores: Sequence[Score]
    has_previous: bool
    has_more: bool


@dataclass(frozen=True)
class Ranking:
    """A list of a fit's customers, the highest rank first."""

    fit: Fit
    scores: QuerySet[Score]

    def page(self, position: Position = START, size: int = PAGE) -> Page:
        if position.before is not None and (end := self._place_of(position.before)):
            found = list(islice(self.chain(end, back=True, at_once=size + 1), size + 1))
            if len(found) > size:
                return Page(found[size - 1 :: -1], has_previous=True, has_more=True)
        begin = self._place_of(position.after)
        found = list(islice(self.chain(begin, at_once=size + 1), size + 1))
        return Page(found[:size], has_previous=begin is not None, has_more=len(found) > size)

    def some(self, place: Place | None, at_once: int, *, back: bool = False) -> tuple[Sequence[Score], Place | None]:
        """Those after a place, or before it going up, and where the next ones begin; None where these are the last."""
        places = self._next(place, back, at_once)
        return self._wanted(places), places[-1] if len(places) == at_once else None

    def chain(self, place: Place | None = None, *, back: bool = False, at_once: int) -> Iterator[Score]:
        """Everybody after a place, or before it going up, read some at a time."""
        is_over = False
        while not is_over:
            some, place = self.some(place, at_once, back=back)
            yield from some
            is_over = place is None

    def count(self) -> int:
        return self.scores.count()

    def _wanted(self, places: Sequence[Place]) -> list[Score]:
        numbers = [number for _rank, number in places]
        gone = reading.unwanted(self.fit.shop, among=numbers)
        found = {each.customer_id: each for each in self.scores.filter(customer__in=numbers)}
        return [found[number] for number in numbers if number in found and number not in gone]

    def _place_of(self, customer: int | None) -> Place | None:
        return self.scores.filter(customer=customer).values_list("rank", "customer_id").first() if customer else None

    def _next(self, place: Place | None, back: bool, at_once: int) -> list[Place]:
        """No more is asked than an index holds: of many who are due on a day, the table need not be read."""
        order = ("rank", "customer_id") if back else ("-rank", "-customer_id")
        beyond = self.scores.filter(_beyond(place, back)) if place else self.scores
        return list(beyond.order_by(*order).values_list("rank", "customer_id")[:at_once])


def at_risk(fit: Fit) -> Ranking:
    """Whose risk of leaving is not small and who has something at stake, by that."""
    risky = Score.objects.filter(fit=fit, probability_alive__lte=1 - LEAST_RISK)
    return Ranking(fit, risky.annotate(rank=AT_STAKE).filter(rank__gt=0))


def due_days(fit: Fit) -> tuple[date, date]:
    """The first and the last of the seven days from which on the fit looks ahead. Mostly the first one is today; where
    nothing was sold since, or history is looked at, the days that the orders do not reach any more."""
    return fit.until + timedelta(days=1), fit.until + timedelta(days=DAYS_AHEAD)


def due(fit: Fit) -> Ranking:
    """Whose next purchase falls within these days, by what they are worth."""
    days = due_days(fit)
    return Ranking(fit, Score.objects.filter(fit=fit, next_purchase_on__range=days).annotate(rank=F("lifetime_value")))


def _beyond(place: Place, back: bool) -> Q:
    """The first condition is what an index can begin with."""
    rank, number = place
    if back:
        return Q(rank__gte=rank) & (Q(rank__gt=rank) | Q(customer_id__gt=number))
    return Q(rank__lte=rank) & (Q(rank__lt=rank) | Q(customer_id__lt=number))
