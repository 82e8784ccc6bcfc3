"""The figures of retention, made of sums of counts. Rates in percent; None where nothing can be said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, Self

from treue.science.calendar import MONTHS_IN, Period, Unit

SECONDS_A_YEAR = 365.25 * 86_400
CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class PeriodCounts:
    """Counts of one period, of one slice or of a sum of slices; see `retention.period_counts`."""

    customers_start: int = 0
    customers_end: int = 0
    retained: int = 0
    lost: int = 0
    new: int = 0
    won_back: int = 0
    buyers: int = 0
    repeat_buyers: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)
    first_buyers: int = 0
    second_buyers: int = 0
    gap_seconds: int = 0
    trailing_buyers: int = 0
    trailing_orders: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The counts among a row's columns."""
        return cls(**{name: row[name] for name in COUNTS})

    def __add__(self, other: "PeriodCounts") -> "PeriodCounts":
        return PeriodCounts(**{name: getattr(self, name) + getattr(other, name) for name in COUNTS})


COUNTS = tuple(field.name for field in fields(PeriodCounts))


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts of a whole history, of one slice or of a sum of slices; see `retention.totals`."""

    customers: int = 0
    repeat_customers: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)
    lifetime_seconds: int = 0
    trailing_buyers: int = 0
    trailing_orders: int = 0
    first_order: datetime | None = None
    last_order: datetime | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The counts among a row's columns; the sum over no rows at all counts as nothing."""
        moments = ("first_order", "last_order")
        found = {field.name: row[field.name] for field in fields(cls)}
        return cls(**{name: value for name, value in found.items() if name in moments or value is not None})

    def __add__(self, other: "Totals") -> "Totals":
        first = [each.first_order for each in (self, other) if each.first_order is not None]
        last = [each.last_order for each in (self, other) if each.last_order is not None]
        return Totals(
            customers=self.customers + other.customers,
            repeat_customers=self.repeat_customers + other.repeat_customers,
            orders=self.orders + other.orders,
            revenue=self.revenue + other.revenue,
            lifetime_seconds=self.lifetime_seconds + other.lifetime_seconds,
            trailing_buyers=self.trailing_buyers + other.trailing_buyers,
            trailing_orders=self.trailing_orders + other.trailing_orders,
            first_order=min(first, default=None),
            last_order=max(last, default=None),
        )


@dataclass(frozen=True, kw_only=True)
class PeriodFigures:
    """What a period shows.

    The first block speaks of the period; the second of the whole history up to its end (or to
    as_of where that is earlier), so that a figure can stand beside itself one period before, and
    holds the counts it is made of, so that a page can say how.
    lost, won_back, retention_rate and churn_rate are None in a warm-up period.
    repeat_purchase_rate: buyers with two or more orders inside the period / buyers inside.
    """

    start: date
    end: date
    complete: bool
    warm_up: bool
    customers_start: int
    customers_end: int
    retained: int
    lost: int | None
    new: int
    won_back: int | None
    retention_rate: float | None
    churn_rate: float | None
    repeat_purchase_rate: float | None
    buyers: int
    repeat_buyers: int
    first_buyers: int
    orders: int
    revenue: Decimal

    customers_to_date: int
    repeat_customers_to_date: int
    orders_to_date: int
    revenue_to_date: Decimal
    lifetime_seconds_to_date: int
    trailing_buyers: int
    trailing_orders: int
    repeat_purchase_rate_to_date: float | None
    average_order_value: float | None
    purchase_frequency: float | None
    customer_lifetime_years: float | None
    clv: float | None


@dataclass(frozen=True, kw_only=True)
class TotalFigures:
    """What a whole history shows. repeat_purchase_rate: over life, customers with a second order."""

    customers: int
    orders: int
    revenue: Decimal
    first_order: datetime | None
    last_order: datetime | None
    average_order_value: float | None
    purchase_frequency: float | None
    repeat_purchase_rate: float | None
    customer_lifetime_years: float | None
    clv: float | None


def timeline(
    periods: Sequence[Period], counts: Mapping[date, PeriodCounts], *, last: int | None = None
) -> list[PeriodFigures]:
    """The figures of each period in turn, or of the `last` so many.

    periods: from the first of the history on, or the sums up to each period's end fall short.
    counts: by the period's start; a period without counts is one in which nobody did anything.
    """
    figures = []
    nothing, so_far = PeriodCounts(), _ToDate()
    first = 0 if last is None else len(periods) - last
    for place, period in enumerate(periods):
        inside = counts.get(period.start, nothing)
        so_far = so_far.plus(inside)
        if place >= first:
            figures.append(_period_figures(period, inside, so_far))
    return figures


class _ToDate(NamedTuple):
    """The counts that are added up from the beginning of the history; a page adds them up hundreds of times."""

    first_buyers: int = 0
    second_buyers: int = 0
    orders: int = 0
    revenue: Decimal = Decimal(0)
    gap_seconds: int = 0

    def plus(self, inside: PeriodCounts) -> "_ToDate":
        return _ToDate(
            self.first_buyers + inside.first_buyers,
            self.second_buyers + inside.second_buyers,
            self.orders + inside.orders,
            self.revenue + inside.revenue,
            self.gap_seconds + inside.gap_seconds,
        )


def _period_figures(period: Period, inside: PeriodCounts, so_far: _ToDate) -> PeriodFigures:
    value = ratio(so_far.revenue, so_far.orders)
    frequency = ratio(inside.trailing_orders, inside.trailing_buyers)
    lifetime = _years(so_far.gap_seconds, so_far.first_buyers)
    at_start = 0 if period.warm_up else inside.customers_start
    return PeriodFigures(
        start=period.start,
        end=period.end,
        complete=period.complete,
        warm_up=period.warm_up,
        customers_start=inside.customers_start,
        customers_end=inside.customers_end,
        retained=inside.retained,
        lost=None if period.warm_up else inside.lost,
        new=inside.new,
        won_back=None if period.warm_up else inside.won_back,
        retention_rate=share(inside.retained, at_start),
        churn_rate=share(inside.lost, at_start),
        repeat_purchase_rate=share(inside.repeat_buyers, inside.buyers),
        buyers=inside.buyers,
        repeat_buyers=inside.repeat_buyers,
        first_buyers=inside.first_buyers,
        orders=inside.orders,
        revenue=inside.revenue,
        customers_to_date=so_far.first_buyers,
        repeat_customers_to_date=so_far.second_buyers,
        orders_to_date=so_far.orders,
        revenue_to_date=so_far.revenue,
        lifetime_seconds_to_date=so_far.gap_seconds,
        trailing_buyers=inside.trailing_buyers,
        trailing_orders=inside.trailing_orders,
        repeat_purchase_rate_to_date=share(so_far.second_buyers, so_far.first_buyers),
        average_order_value=value,
        purchase_frequency=frequency,
        customer_lifetime_years=lifetime,
        clv=clv(value, frequency, lifetime),
    )


def total_figures(totals: Totals) -> TotalFigures:
    """The figures of a whole history, as of its as_of."""
    value = ratio(totals.revenue, totals.orders)
    frequency = ratio(totals.trailing_orders, totals.trailing_buyers)
    lifetime = _years(totals.lifetime_seconds, totals.customers)
    return TotalFigures(
        customers=totals.customers,
        orders=totals.orders,
        revenue=totals.revenue,
        first_order=totals.first_order,
        last_order=totals.last_order,
        average_order_value=value,
        purchase_frequency=frequency,
        repeat_purchase_rate=share(totals.repeat_customers, totals.customers),
        customer_lifetime_years=lifetime,
        clv=clv(value, frequency, lifetime),
    )


def previous_complete(figures: Sequence[PeriodFigures]) -> tuple[PeriodFigures | None, PeriodFigures | None]:
    """The latest complete period and the complete one before it, the only two worth comparing."""
    complete = [None, None, *(each for each in figures if each.complete)]
    return complete[-1], complete[-2]


def share(part: int, whole: int) -> float | None:
    """part / whole in percent; None of an empty whole."""
    return part / whole * 100 if whole else None


def ratio(part: Decimal | int, whole: int) -> float | None:
    """part / whole, as the average order value and the purchase frequency are; None of an empty whole.

    Money is divided as the decimal it is, so that 56.035 of 7 orders is the 8.005 that people round up.
    """
    return float(part / whole) if whole else None


def to_the_cent(amount: Decimal) -> Decimal:
    """Money rounded as people round, half up, on the decimal value: 2.345 is 2.35, and -2.345 is -2.35.

    Pages round likewise (`design.formats`); Python's own `round` would make 2.34 of it, the even neighbour.
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def clv(order_value: float | None, yearly_frequency: float | None, lifetime_years: float | None) -> float | None:
    """Customer lifetime value by formula, in money: order value x orders a year x years.

    The years are those observed so far, so the figure says what a customer has been worth, not
    what one will be.
    """
    if order_value is None or yearly_frequency is None or lifetime_years is None:
        return None
    return order_value * yearly_frequency * lifetime_years


def lifetime_by_churn(churn_rate: float | None, unit: Unit) -> float | None:
    """Customer lifetime in years as 1 / churn, the variant beside the observed one.

    churn_rate: percent of the customers at a period's start that were lost in it. Assumes that
    every customer leaves at that same rate. None where nobody left: no finite lifetime follows.
    """
    return 100 / churn_rate * MONTHS_IN[unit] / 12 if churn_rate else None


def ltv_to_cac(value: float | None, margin: Decimal | float, cost: Decimal | float, new: int) -> float | None:
    """LTV:CAC: lifetime value x margin / acquisition cost per new customer.

    value: CLV in money. margin: share of revenue, 0 to 1. cost: acquisition cost in money of the
    same months in which the `new` customers came. None without a value, a cost or a new customer.
    """
    if value is None or not cost or not new:
        return None
    return value * float(margin) / (float(cost) / new)


def _years(seconds: int, customers: int) -> float | None:
    """Mean lifetime in years of 365.25 days."""
    return seconds / customers / SECONDS_A_YEAR if customers else None
