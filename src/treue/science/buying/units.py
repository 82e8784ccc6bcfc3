"""Units of time in which models count. A model of weeks refuses customers described in days."""

from dataclasses import dataclass

YEAR_DAYS = 365.25


@dataclass(frozen=True)
class TimeUnit:
    """days: how many one unit has."""

    name: str
    days: float


DAY = TimeUnit("day", 1)
WEEK = TimeUnit("week", 7)
MONTH = TimeUnit("month", YEAR_DAYS / 12)
