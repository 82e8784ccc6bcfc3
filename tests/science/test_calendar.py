"""Periods, completeness and warm-up, as they can be checked in a diary."""

from datetime import date

import pytest

from treue.science.calendar import Calendar, Period, default_window, periods
from treue.science.errors import HistoryNotBegun, ImpossibleWindow


def test_months_run_from_the_first_order_to_the_one_that_holds_as_of():
    assert periods(date(2023, 11, 20), date(2024, 2, 28), "month", 30) == [
        Period(date(2023, 11, 1), date(2023, 12, 1), complete=True, warm_up=True),
        Period(date(2023, 12, 1), date(2024, 1, 1), complete=True, warm_up=True),
        Period(date(2024, 1, 1), date(2024, 2, 1), complete=True, warm_up=False),
        Period(date(2024, 2, 1), date(2024, 3, 1), complete=False, warm_up=False),
    ]


def test_a_period_is_complete_on_its_last_day():
    assert [each.complete for each in periods(date(2024, 2, 1), date(2024, 2, 29), "month", 30)] == [True]
    assert [each.complete for each in periods(date(2024, 2, 1), date(2024, 2, 28), "month", 30)] == [False]


def test_a_window_that_reaches_back_exactly_to_the_first_day_is_warm():
    # 2024-04-01 less 31 days is 2024-03-01.
    april = periods(date(2024, 3, 1), date(2024, 4, 30), "month", 31)[-1]
    assert (april.start, april.warm_up) == (date(2024, 4, 1), False)
    assert periods(date(2024, 3, 2), date(2024, 4, 30), "month", 31)[-1].warm_up


def test_quarters_and_years_begin_where_the_calendar_says():
    quarters = periods(date(2023, 2, 14), date(2023, 10, 1), "quarter", 365)
    assert [each.start for each in quarters] == [
        date(2023, 1, 1),
        date(2023, 4, 1),
        date(2023, 7, 1),
        date(2023, 10, 1),
    ]
    years = periods(date(2022, 12, 31), date(2023, 12, 31), "year", 365)
    assert [(each.start, each.complete) for each in years] == [(date(2022, 1, 1), True), (date(2023, 1, 1), True)]


@pytest.mark.parametrize(
    ("last_day", "window_days"),
    [
        (date(2023, 3, 31), 30),  # 90 days hold three windows of 30
        (date(2023, 3, 1), 30),  # shorter than any: the shortest
        (date(2023, 6, 28), 30),
        (date(2023, 6, 29), 60),  # the 180th day
        (date(2023, 9, 27), 90),  # the 270th
        (date(2024, 6, 23), 180),  # the 540th
        (date(2025, 12, 29), 180),
        (date(2025, 12, 30), 365),  # the 1095th: three times a year
    ],
)
def test_the_default_window_fits_three_times_into_the_history(last_day, window_days):
    assert default_window(date(2023, 1, 1), last_day) == window_days


def test_a_calendar_has_boundaries_of_whole_years():
    calendar = Calendar(date(2023, 12, 31), date(2024, 1, 1))
    assert calendar.boundaries[0] == date(2023, 1, 1)
    assert calendar.boundaries[-1] == date(2025, 1, 1)
    assert calendar.boundaries[calendar.month_number(date(2024, 1, 1))] == date(2024, 1, 1)


@pytest.mark.parametrize("window_days", [0, -1, 40_000])
def test_an_impossible_window_is_refused(window_days):
    with pytest.raises(ImpossibleWindow) as refused:
        Calendar(date(2024, 1, 1), date(2024, 1, 31), "month", window_days)
    assert refused.value.window_days == window_days


def test_an_as_of_before_the_first_order_is_refused():
    with pytest.raises(HistoryNotBegun):
        Calendar(date(2024, 1, 2), date(2024, 1, 1))
