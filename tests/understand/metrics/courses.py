"""Courses of periods for tests: only what matters is said, the rest is the smallest that holds together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from treue.science.calendar import MONTHS_IN, Period, Unit
from treue.science.figures import PeriodCounts, PeriodFigures, TotalFigures, timeline
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.filters import EVERYBODY, Filters


def basis(unit: Unit = "month", window_days: int = 365, currency: str = "EUR", filters: Filters = EVERYBODY) -> Basis:
    return Basis(unit, window_days, date(2026, 10, 31), currency, filters)


def counts(
    start: int = 0,
    lost: int = 0,
    new: int = 0,
    won_back: int = 0,
    buyers: int = 0,
    repeat_buyers: int = 0,
    **others: int,
) -> PeriodCounts:
    """Counts that agree with each other: what stayed, and who is there at the end."""
    retained = start - lost
    return PeriodCounts(
        customers_start=start,
        customers_end=retained + new + won_back,
        retained=retained,
        lost=lost,
        new=new,
        won_back=won_back,
        buyers=buyers,
        repeat_buyers=repeat_buyers,
        **others,
    )


def course(
    *each: PeriodCounts,
    last: date = date(2026, 10, 1),
    unit: Unit = "month",
    warm_up: int = 0,
    running: bool = False,
) -> list[PeriodFigures]:
    """Periods in turn, the last of which begins at `last`; the first `warm_up` ones are warm-up."""
    months = MONTHS_IN[unit]
    begins = [_months_later(last, -months * back) for back in range(len(each) - 1, -1, -1)]
    periods = [
        Period(begin, _months_later(begin, months), complete=not running or begin != last, warm_up=place < warm_up)
        for place, begin in enumerate(begins)
    ]
    return timeline(periods, dict(zip(begins, each, strict=True)))


def rates(*retained: int, of: int = 1000, **options: object) -> list[PeriodFigures]:
    """A course in which so many of `of` customers stayed in each period."""
    return course(*(counts(start=of, lost=of - stayed) for stayed in retained), **options)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


@dataclass(frozen=True)
class ACohort:
    cohort: str
    size: int
    retained: Sequence[int]
    repeaters: int = 0


def cohorts(*came_back: tuple[int, int], last: date = date(2026, 9, 1)) -> list[ACohort]:
    """Cohorts in turn, each (size, how many came back in the month after), the youngest begun in `last`."""
    return [
        ACohort(f"{_months_later(last, place + 1 - len(came_back)):%Y-%m}", size, [size, back])
        for place, (size, back) in enumerate(came_back)
    ]


@dataclass(frozen=True)
class ASlice:
    value: str | None
    periods: Sequence[PeriodFigures]
    figures: TotalFigures = TotalFigures(  # noqa: RUF009 - frozen
        customers=0,
        orders=0,
        revenue=Decimal(0),
        first_order=None,
        last_order=None,
        average_order_value=None,
        purchase_frequency=None,
        repeat_purchase_rate=None,
        customer_lifetime_years=None,
        clv=None,
    )
