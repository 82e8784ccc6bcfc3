"""When birthdays and other days come again, and that a gift comes once a year, whatever becomes of the day."""

from calendar import isleap
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treue.act.gifts.anniversaries import (
    LEAST_DAYS_APART,
    due,
    gift_day,
    is_free,
    kept_between,
    occurrence,
    spans_in,
)

BORN = date(1990, 3, 15)
LEAPLING = date(1992, 2, 29)
DAYS = st.dates(date(1950, 1, 1), date(2020, 12, 31))
ONE = timedelta(days=1)
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("first", "year", "kept_on"),
    [
        (BORN, 2026, date(2026, 3, 15)),
        (LEAPLING, 2028, date(2028, 2, 29)),
        (LEAPLING, 2026, date(2026, 2, 28)),
        (LEAPLING, 2100, date(2100, 2, 28)),
        (LEAPLING, 2000, date(2000, 2, 29)),
        (date(1991, 2, 28), 2028, date(2028, 2, 28)),
    ],
)
def test_the_day_on_which_it_is_kept(first: date, year: int, kept_on: date) -> None:
    assert occurrence(first, year) == kept_on


@pytest.mark.parametrize(
    ("first", "given_on", "year", "day"),
    [
        (BORN, [], 2026, date(2026, 3, 15)),
        (BORN, [date(2025, 3, 15)], 2026, date(2026, 3, 15)),
        (BORN, [date(2026, 3, 15)], 2026, None),
        (LEAPLING, [date(2027, 2, 28)], 2028, date(2028, 2, 29)),
        (LEAPLING, [date(2028, 2, 29)], 2029, date(2029, 2, 28)),
        # moved within the year, there and back
        (date(1990, 12, 20), [date(2026, 5, 10)], 2026, None),
        (date(1990, 12, 20), [date(2026, 5, 10)], 2027, date(2027, 12, 20)),
        (date(1990, 5, 10), [date(2025, 12, 20)], 2026, None),
        # a few days too soon: it waits until twelve months are over
        (date(1990, 5, 1), [date(2026, 5, 10)], 2027, date(2027, 5, 10)),
        (date(1990, 4, 9), [date(2026, 5, 10)], 2027, date(2027, 5, 10)),
        (date(1990, 4, 8), [date(2026, 5, 10)], 2027, None),
        # from the end of a year to the beginning of the next
        (date(1990, 1, 3), [date(2026, 12, 28)], 2027, None),
        (date(1990, 1, 3), [date(2026, 12, 28)], 2028, date(2028, 1, 3)),
        (date(1990, 12, 20), [date(2027, 1, 5)], 2026, None),
        (date(1990, 12, 20), [date(2026, 1, 5)], 2026, None),
        (date(1990, 12, 31), [date(2028, 1, 1)], 2028, None),
        # the first day is none that comes again
        (date(2026, 3, 15), [], 2026, None),
        (date(2027, 3, 15), [], 2026, None),
        (date(2025, 3, 15), [], 2026, date(2026, 3, 15)),
    ],
)
def test_for_which_day_of_a_year_a_gift_is(first: date, given_on: list[date], year: int, day: date | None) -> None:
    assert gift_day(first, year, given_on) == day


@pytest.mark.parametrize(
    ("first", "today", "days_before", "day"),
    [
        (BORN, date(2026, 3, 14), 0, None),
        (BORN, date(2026, 3, 15), 0, date(2026, 3, 15)),
        (BORN, date(2026, 3, 20), 0, date(2026, 3, 15)),
        (BORN, date(2026, 3, 21), 0, None),
        (BORN, date(2026, 3, 7), 7, None),
        (BORN, date(2026, 3, 8), 7, date(2026, 3, 15)),
        (date(1990, 1, 3), date(2026, 12, 27), 7, date(2027, 1, 3)),
        (date(1990, 12, 30), date(2027, 1, 2), 0, date(2026, 12, 30)),
        (date(1990, 12, 30), date(2027, 1, 5), 0, None),
    ],
)
def test_it_comes_on_its_day_or_before_and_is_caught_up_for_days(
    first: date, today: date, days_before: int, day: date | None
) -> None:
    assert due(first, [], today, days_before=days_before) == day


@SOME
@given(DAYS, st.integers(0, 30))
def test_an_unchanged_day_is_due_exactly_once_every_year(first: date, days_before: int) -> None:
    given_on: list[date] = []
    begin = today = date(2027, 2, 5)
    while today < date(2031, 2, 5):
        day = due(first, given_on, today, days_before=days_before)
        if day is not None and day - days_before * ONE >= begin:
            assert (day - today).days == days_before
            given_on.append(day)
        today += ONE
    assert given_on == [occurrence(first, day.year) for day in given_on]
    assert len(given_on) == 4
    assert all(later.year == before.year + 1 for before, later in pairwise(given_on))


@SOME
@given(
    st.lists(st.tuples(st.integers(0, 400), st.none() | DAYS), min_size=1, max_size=20),
    st.integers(0, 30),
    st.sets(st.integers(0, 1_500), max_size=20),
)
def test_however_the_day_is_changed_taken_out_and_entered_anew_twelve_months_have_one_gift(
    edits: list[tuple[int, date | None]], days_before: int, nights_without: set[int]
) -> None:
    """edits: after so many days the day is said to be another, or none."""
    changes: dict[int, date | None] = {}
    place = 0
    for wait, said in edits:
        place += wait
        changes[place] = said
    first, given_on = None, []
    for number in range(1_500):
        first = changes.get(number, first)
        if first is None or number in nights_without:
            continue
        today = date(2026, 1, 1) + number * ONE
        day = due(first, given_on, today, days_before=days_before)
        if day is not None:
            assert is_free(day, given_on)
            given_on.append(day)
    in_order = sorted(given_on)
    assert all((later - before).days >= LEAST_DAYS_APART for before, later in pairwise(in_order))
    assert len({day.year for day in given_on}) == len(given_on)


@SOME
@given(DAYS, st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_a_query_by_the_day_of_the_year_finds_whose_day_it_is(first: date, since: date, length: int) -> None:
    until = since + length * ONE
    is_kept = any(since <= occurrence(first, year) <= until for year in (since.year, until.year))
    assert (first.month * 100 + first.day in kept_between(since, until)) == is_kept


def test_29_february_is_asked_for_with_the_28th_where_there_is_none() -> None:
    assert kept_between(date(2026, 2, 28), date(2026, 3, 1)) == {228, 229, 301}
    assert kept_between(date(2028, 2, 28), date(2028, 2, 28)) == {228}
    assert kept_between(date(2028, 2, 29), date(2028, 2, 29)) == {229}


def test_spans_of_a_year_are_the_days_that_follow_each_other() -> None:
    """What is asked for of those who joined in a year: nobody on 29 February where there was none."""
    around = kept_between(date(2027, 2, 27), date(2027, 3, 1))
    assert list(spans_in(2024, around)) == [(date(2024, 2, 27), date(2024, 3, 1))]
    assert list(spans_in(2023, around)) == [(date(2023, 2, 27), date(2023, 3, 1))]
    last = kept_between(date(2027, 2, 28), date(2027, 2, 28))
    assert list(spans_in(2024, last)) == [(date(2024, 2, 28), date(2024, 2, 29))]
    assert list(spans_in(2023, last)) == [(date(2023, 2, 28), date(2023, 2, 28))]
    over = kept_between(date(2026, 12, 30), date(2027, 1, 2))
    assert list(spans_in(2025, over)) == [
        (date(2025, 1, 1), date(2025, 1, 2)),
        (date(2025, 12, 30), date(2025, 12, 31)),
    ]
    assert list(spans_in(2025, ())) == []


@SOME
@given(st.dates(date(2026, 1, 1), date(2029, 12, 31)), st.integers(0, 40), st.integers(2020, 2029))
def test_spans_of_a_year_hold_its_days_that_are_kept(since: date, days: int, year: int) -> None:
    kept = kept_between(since, since + timedelta(days=days))
    in_year = {date(year, 1, 1) + timedelta(days=each) for each in range(366 if isleap(year) else 365)}
    wanted = {day for day in in_year if day.month * 100 + day.day in kept}
    spans = list(spans_in(year, kept))
    found = [begin + timedelta(days=each) for begin, end in spans for each in range((end - begin).days + 1)]
    assert all(begin - end > ONE for (_begin, end), (begin, _end) in pairwise(spans))
    assert (len(found), set(found)) == (len(wanted), wanted)
