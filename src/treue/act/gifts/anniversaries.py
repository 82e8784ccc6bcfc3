"""Birthdays and the days of joining, year by year: when one is kept, and on which day its gift is due.

The rule, also where the day is changed, taken out and entered anew:
- one gift in a calendar year, and at least LEAST_DAYS_APART days from one to the next: as far as two birthdays are
  apart that nobody changed;
- where a changed day comes too soon, its gift waits until they are over, MOST_DAYS_LATE days at most and not beyond the
  year; else there is none in that year;
- whoever was born or joined on 29 February keeps the 28th in other years;
- the day itself, the first one, is no anniversary.
"""

from calendar import isleap
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from treue.act.loyalty.days import ONE_DAY, in_month

LEAST_DAYS_APART, MOST_DAYS_LATE = 365, 31
CATCH_UP_DAYS = 5
LEAP_DAY = 229


def occurrence(first: date, year: int) -> date:
    """On which day of that year it is kept."""
    return in_month(year, first.month, first.day)


def gift_day(first: date, year: int, given_on: Collection[date]) -> date | None:
    """For which day of a year the gift is; None where there is none in it. given_on: the days for which some were given
    before, whatever the first day was said to be then."""
    day = occurrence(first, year)
    if first.year >= year:
        return None
    latest = max((each for each in given_on if each <= day), default=None)
    if latest is not None:
        free = latest + timedelta(days=LEAST_DAYS_APART)
        if free > day:
            if free > day + timedelta(days=MOST_DAYS_LATE):
                return None
            day = free
    return day if day.year == year and is_free(day, given_on) else None


def is_free(day: date, given_on: Collection[date]) -> bool:
    """Whether a gift for this day keeps the rule beside those that were given."""
    return not any(each.year == day.year or abs((each - day).days) < LEAST_DAYS_APART for each in given_on)


def due(first: date, given_on: Collection[date], today: date, *, days_before: int = 0) -> date | None:
    """For which day a gift is to be given today; None where none is. days_before: so long before the day it comes.

    A night that was missed is caught up for CATCH_UP_DAYS.
    """
    middle = (today + timedelta(days=days_before)).year
    for year in (middle - 1, middle):
        day = gift_day(first, year, given_on)
        if day is not None and is_in_reach(day - timedelta(days=days_before), today):
            return day
    return None


def is_in_reach(day: date, today: date) -> bool:
    """Whether what was to happen on a day happens today, or is caught up."""
    return today - timedelta(days=CATCH_UP_DAYS) <= day <= today


def kept_between(since: date, until: date) -> frozenset[int]:
    """The days of the year that are kept from a day to another, both included, as `customers.day_in_year` writes them:
    what a query asks for."""
    return frozenset(number for day in _days(since, until) for number in _kept_on(day))


def spans_in(year: int, kept: Collection[int]) -> Iterator[tuple[date, date]]:
    """The days of a year that are among some days of the year, from the first to the last of those that follow each
    other, both included."""
    days = sorted(date(year, *divmod(each, 100)) for each in kept if each != LEAP_DAY or isleap(year))
    begin = 0
    for place, day in enumerate(days):
        if place + 1 == len(days) or days[place + 1] - day > ONE_DAY:
            yield days[begin], day
            begin = place + 1


def _days(since: date, until: date) -> Iterator[date]:
    for count in range((until - since).days + 1):
        yield since + timedelta(days=count)


def _kept_on(day: date) -> Iterator[int]:
    yield day.month * 100 + day.day
    if (day.month, day.day) == (2, 28) and (day + ONE_DAY).day == 1:
        yield LEAP_DAY
