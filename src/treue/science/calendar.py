"""Periods of a shop's calendar: half-open, from local midnight to local midnight.

Every date is a day in the shop's zone and every moment a naive shop-local one, so a day is a day
even when the clocks change, and no engine's session zone can move an order into another month.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from treue.science.errors import HistoryNotBegun, ImpossibleWindow

Unit = Literal["month", "quarter", "year"]

MONTHS_IN: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
WINDOWS = (365, 180, 90, 60, 30)
LONGEST_WINDOW = 36_525
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """The days from `start` up to, not including, `end`.

    complete: its end lies no later than the day after `as_of`.
    warm_up: the activity window before `start` reaches back beyond the first order, so the
    customers at its start are cut short and nothing can be said about who stayed.
    """

    start: date
    end: date
    complete: bool
    warm_up: bool


@dataclass(frozen=True)
class Calendar:
    """The days that count, `first_day` to `as_of`, cut into periods of one unit.

    first_day: day of the earliest order in the data. as_of: last day included.
    window_days: how long after an order someone is a customer.
    Raises ImpossibleWindow, HistoryNotBegun.
    """

    first_day: date
    as_of: date
    unit: Unit = "month"
    window_days: int = 365

    def __post_init__(self) -> None:
        if not 1 <= self.window_days <= LONGEST_WINDOW:
            raise ImpossibleWindow(self.window_days, LONGEST_WINDOW)
        if self.as_of < self.first_day:
            raise HistoryNotBegun(self.first_day, self.as_of)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        return tuple(periods(self.first_day, self.as_of, self.unit, self.window_days))

    @cached_property
    def months(self) -> tuple[Period, ...]:
        """The calendar months from the first order to as_of: the columns of a cohort table."""
        return tuple(periods(self.first_day, self.as_of, "month", self.window_days))

    @property
    def after(self) -> date:
        """The first day that no longer counts."""
        return self.as_of + ONE_DAY

    @cached_property
    def boundaries(self) -> tuple[date, ...]:
        """Every first of a month from January of the first year to January after the last.

        Whole years, so that months, quarters and years all begin and end at one of them and one
        customer table serves every unit.
        """
        years = range(self.first_day.year, self.as_of.year + 1)
        return (*(date(year, month, 1) for year in years for month in range(1, 13)), date(years.stop, 1, 1))

    def month_number(self, day: date) -> int:
        """Number of a day's month in `boundaries`, 0 for January of the first year."""
        return (day.year - self.first_day.year) * 12 + day.month - 1


def periods(first_day: date, as_of: date, unit: Unit, window_days: int) -> list[Period]:
    """The periods from the one with the first order to the one that holds `as_of`."""
    found = []
    start = _begin(first_day, unit)
    while start <= as_of:
        end = _later(start, MONTHS_IN[unit])
        found.append(
            Period(
                start=start,
                end=end,
                complete=end <= as_of + ONE_DAY,
                warm_up=start - timedelta(days=window_days) < first_day,
            )
        )
        start = end
    return found


def default_window(first_day: date, as_of: date) -> int:
    """The longest usual activity window, in days, of which the history holds three; else 30.

    A year of history under a window of a year would show every customer as retained.
    """
    history_days = (as_of - first_day).days + 1
    return next((days for days in WINDOWS if days * 3 <= history_days), WINDOWS[-1])


def _begin(day: date, unit: Unit) -> date:
    months = MONTHS_IN[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _later(first_of_month: date, months: int) -> date:
    years, month = divmod(first_of_month.month - 1 + months, 12)
    return date(first_of_month.year + years, month + 1, 1)
