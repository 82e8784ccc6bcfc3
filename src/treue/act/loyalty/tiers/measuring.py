"""What counts of a member's facts, with running totals: what happens at one moment is always summed whole."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from operator import itemgetter
from zoneinfo import ZoneInfo

from treue.act.loyalty.days import ONE_DAY, day_of, in_utc
from treue.act.loyalty.tiers.facts import Facts
from treue.act.loyalty.tiers.rules import Amount, Measure, Window

Counted = tuple[datetime, Amount]


@dataclass(frozen=True)
class Measured:
    """In order of time. totals: one more than moments; totals[n] is the sum of the first n.

    lowered_on: the days of what lowered the total.
    """

    moments: list[datetime]
    days: list[date]
    totals: list[Amount]
    lowered_on: list[date]

    def until_moment(self, first_day: date, moment: datetime) -> Amount:
        """The sum from a day on up to and at a moment."""
        return self._between(first_day, bisect_right(self.moments, moment))

    def until_day(self, first_day: date, last_day: date) -> Amount:
        """The sum of these days, both included."""
        return self._between(first_day, bisect_right(self.days, last_day))

    def _between(self, first_day: date, end: int) -> Amount:
        begin = bisect_left(self.days, first_day)
        return self.totals[max(begin, end)] - self.totals[begin]

    def days_between(self, after: date, last_day: date) -> Iterator[date]:
        """The days on which something counted, later than `after` and up to `last_day`, each once."""
        index = bisect_right(self.days, after)
        while index < len(self.days) and (day := self.days[index]) <= last_day:
            yield day
            index = bisect_right(self.days, day, lo=index)

    def fall_of(self, window: Window, today: date) -> date | None:
        """The last day on which a window still holds what it holds today; None where there is nothing to lose."""
        left = held = self.until_day(window.begin(today), today)
        for index in range(bisect_left(self.days, window.begin(today)), len(self.days)):
            left -= self.totals[index + 1] - self.totals[index]
            day = window.first_day_without(self.days[index])
            is_last_to_go = index + 1 == len(self.days) or window.first_day_without(self.days[index + 1]) > day
            if is_last_to_go and left < held:
                return day - ONE_DAY
        return None

    def gains_by_leaving(self, window: Window) -> Iterator[date]:
        """The days from which something counts no more that had lowered the sum, in order, each once."""
        before = None
        for day in self.lowered_on:
            leaves = window.first_day_without(day)
            if leaves != before:
                yield leaves
            before = leaves


def measured(facts: Facts, measure: Measure, until: datetime, zone: ZoneInfo) -> Measured:
    """What happened up to and at `until`. Raises MomentWithoutZone."""
    counted = sorted(_until(facts, measure, until), key=itemgetter(0))
    moments, amounts = [at for at, _amount in counted], [amount for _at, amount in counted]
    days = [day_of(moment, zone) for moment in moments]
    lowered_on = [day for day, amount in zip(days, amounts, strict=True) if amount < 0]
    return Measured(moments, days, [0, *accumulate(amounts)], lowered_on)


def _until(facts: Facts, measure: Measure, until: datetime) -> Iterator[Counted]:
    for at, amount in _amounts(facts, measure):
        moment = in_utc(at)
        if moment <= until:
            yield moment, amount


def _amounts(facts: Facts, measure: Measure) -> Iterable[Counted]:
    if measure is Measure.POINTS:
        return ((each.at, each.points) for each in facts.points)
    if measure is Measure.SPEND:
        return ((each.at, each.amount) for each in facts.orders)
    return ((each.at, 1) for each in facts.orders if each.amount > 0)
