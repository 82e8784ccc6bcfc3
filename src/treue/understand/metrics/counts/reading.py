"""The figures as pages read them: a few look-ups in PostgreSQL, whatever the filter and however large the shop."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, Sum

from treue.core.shop.models import AcquisitionCost, Shop
from treue.science.calendar import ONE_DAY, Calendar, Period, Unit
from treue.science.figures import (
    COUNTS,
    PeriodCounts,
    PeriodFigures,
    TotalFigures,
    Totals,
    ltv_to_cac,
    ratio,
    total_figures,
)
from treue.science.figures import timeline as figures_of
from treue.understand.metrics.models import CohortCount, PeriodCount, Slice, Snapshot
from treue.understand.metrics.scope.filters import ALL, DIMENSIONS, EVERYBODY, OTHER, UNKNOWN, Filters

__all__ = ["DIMENSIONS", "EVERYBODY", "OTHER", "UNKNOWN", "Filters"]

TOTALS = tuple(each.name for each in fields(Totals))


@dataclass(frozen=True)
class Cohort:
    """Customers of one month of first orders ("2026-10"); lists by complete months since, its own month first."""

    cohort: str
    size: int
    repeaters: int
    retained: list[int]
    orders: list[int]
    revenue: list[Decimal]


@dataclass(frozen=True)
class Choice:
    """A value that a dimension can be filtered by, and how many customers it leaves."""

    value: str
    customers: int


@dataclass(frozen=True)
class Choices:
    channel: list[Choice] = field(default_factory=list)
    country: list[Choice] = field(default_factory=list)
    category: list[Choice] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """One value of a dimension beside the others. key: the filter's value; value: the shop's, None if unknown."""

    key: str
    figures: TotalFigures
    periods: Sequence[PeriodFigures]

    @property
    def value(self) -> str | None:
        return None if self.key == UNKNOWN else self.key


@dataclass(frozen=True)
class Margin:
    """share: of revenue, 0 to 1. from_products: the part of revenue, 0 to 1, whose cost is known; the shop's margin
    speaks for the rest."""

    share: float
    from_products: float


@dataclass(frozen=True)
class Acquisition:
    """What it cost to win customers in one period; cost is None unless it was entered for each of its months."""

    start: date
    end: date
    complete: bool
    cost: Decimal | None
    new_customers: int
    cost_per_customer: float | None
    ltv_to_cac: float | None


def current(shop: Shop) -> Snapshot | None:
    """The figures in force; None as long as none were ever computed."""
    return Snapshot.objects.select_related("shop").filter(shop=shop, is_current=True).first()


def timeline(snapshot: Snapshot, unit: Unit, filters: Filters = EVERYBODY) -> list[PeriodFigures]:
    """Every period of the shop's history; those before a slice's first order are in it, and empty."""
    rows = PeriodCount.objects.filter(unit=unit, **_slice_is(snapshot, filters)).values("start", *COUNTS)
    return figures_of(periods(snapshot, unit), {row["start"]: PeriodCounts.of(row) for row in rows})


def periods(snapshot: Snapshot, unit: Unit) -> Sequence[Period]:
    """From the period with the shop's first order to the one that holds as_of."""
    if snapshot.first_order is None:
        return []
    return Calendar(snapshot.first_order, snapshot.as_of, unit, snapshot.window_days).periods


def cohorts(snapshot: Snapshot, filters: Filters = EVERYBODY) -> list[Cohort]:
    """The cohort table, oldest first; months in which nobody ordered for the first time are left out."""
    rows = CohortCount.objects.filter(**_slice_is(snapshot, filters)).order_by("cohort")
    return [
        Cohort(f"{row.cohort:%Y-%m}", row.size, row.repeaters, row.retained, row.orders, row.revenue) for row in rows
    ]


def totals(snapshot: Snapshot, filters: Filters = EVERYBODY) -> TotalFigures:
    """The figures of the whole history up to as_of."""
    row = Slice.objects.filter(snapshot=snapshot, **asdict(filters)).values(*TOTALS).first()
    return total_figures(Totals.of(row) if row else Totals())


def choices(snapshot: Snapshot) -> Choices:
    """What each dimension can be filtered by, most customers first, what is unknown or put together last.

    A dimension of which nothing is known offers nothing.
    """
    of_one = reduce(or_, (Q(**{other: ALL for other in DIMENSIONS if other != name}) for name in DIMENSIONS))
    found: dict[str, list[Choice]] = {name: [] for name in DIMENSIONS}
    for row in Slice.objects.filter(of_one, snapshot=snapshot).values(*DIMENSIONS, "customers"):
        for name in DIMENSIONS:
            if row[name] != ALL:
                found[name].append(Choice(row[name], row["customers"]))
    return Choices(**{name: _to_choose(values) for name, values in found.items()})


def _to_choose(values: list[Choice]) -> list[Choice]:
    if all(one.value == UNKNOWN for one in values):
        return []
    return sorted(values, key=lambda one: (one.value in (UNKNOWN, OTHER), -one.customers, one.value))


def breakdown(
    snapshot: Snapshot, dimension: str, filters: Filters = EVERYBODY, *, unit: Unit = "month", most: int | None = None
) -> list[Part]:
    """The values of a dimension beside each other under the other filters, most customers first.

    most: only so many, for a page that shows a few. Each comes with its whole course.
    """
    return breakdowns(snapshot, [dimension], filters, unit=unit, most=most)[dimension]


def breakdowns(
    snapshot: Snapshot,
    dimensions: Iterable[str],
    filters: Filters = EVERYBODY,
    *,
    unit: Unit = "month",
    most: int | None = None,
    until: date | None = None,
) -> dict[str, list[Part]]:
    """By dimension, the same. until: the start of a period that all speak of; each comes with that one and the one
    before it alone."""
    rows = {dimension: _values(snapshot, dimension, filters)[:most] for dimension in dimensions}
    courses = _courses([row["id"] for found in rows.values() for row in found], unit)
    spans = [span for span in periods(snapshot, unit) if until is None or span.start <= until]
    last = None if until is None else 2
    return {
        dimension: [
            Part(
                row[dimension], total_figures(Totals.of(row)), figures_of(spans, courses.get(row["id"], {}), last=last)
            )
            for row in found
        ]
        for dimension, found in rows.items()
    }


def _values(snapshot: Snapshot, dimension: str, filters: Filters) -> QuerySet:
    under = asdict(filters.but(**{dimension: ALL}))
    under.pop(dimension)
    rows = Slice.objects.filter(snapshot=snapshot, **under).exclude(**{dimension: ALL})
    return rows.order_by("-customers", dimension).values("id", dimension, *TOTALS)


def _courses(slices: Iterable[int], unit: Unit) -> dict[int, dict[date, PeriodCounts]]:
    found: dict[int, dict[date, PeriodCounts]] = {}
    rows = PeriodCount.objects.filter(slice__in=slices, unit=unit).values_list("slice_id", "start", *COUNTS)
    for number, start, *counts in rows:
        found.setdefault(number, {})[start] = PeriodCounts(**dict(zip(COUNTS, counts, strict=True)))
    return found


def margin(snapshot: Snapshot, filters: Filters = EVERYBODY) -> Margin:
    """What is left of revenue after the cost of the goods: by product where that is known, else as the shop says."""
    row = Slice.objects.filter(snapshot=snapshot, **asdict(filters)).first()
    usual = snapshot.shop.margin
    if row is None or not row.revenue:
        return Margin(float(usual), 0.0)
    left = row.costed_revenue - row.cost + (row.revenue - row.costed_revenue) * usual
    return Margin(float(left / row.revenue), float(row.costed_revenue / row.revenue))


def acquisition(
    snapshot: Snapshot, figures: Iterable[PeriodFigures], filters: Filters = EVERYBODY
) -> list[Acquisition]:
    """What a new customer cost in each of some periods of a timeline, and the lifetime value it brings in return.

    filters: those of the timeline. New customers are those whose first order ever lies in the period. Costs are
    entered by channel and month, so nothing can be said under a country or a category.
    """
    costs = _costs(snapshot, filters)
    kept = margin(snapshot, filters).share
    return [_acquisition(period, costs, snapshot.as_of, kept) for period in figures]


def _acquisition(period: PeriodFigures, costs: Mapping[date, Decimal], as_of: date, kept: float) -> Acquisition:
    months = [month.start for month in Calendar(period.start, min(period.end - ONE_DAY, as_of)).months]
    cost = sum((costs[month] for month in months), Decimal(0)) if all(month in costs for month in months) else None
    return Acquisition(
        start=period.start,
        end=period.end,
        complete=period.complete,
        cost=cost,
        new_customers=period.first_buyers,
        cost_per_customer=None if cost is None else ratio(cost, period.first_buyers),
        ltv_to_cac=None if cost is None else ltv_to_cac(period.clv, kept, cost, period.first_buyers),
    )


def _costs(snapshot: Snapshot, filters: Filters) -> dict[date, Decimal]:
    """Acquisition costs by month, of the channel looked at or of all together."""
    if filters.country or filters.category:
        return {}
    entered = AcquisitionCost.objects.filter(shop=snapshot.shop)
    if filters.channel == OTHER:
        entered = entered.exclude(channel__in=[ALL, *(one.value for one in choices(snapshot).channel)])
    elif filters.channel:
        entered = entered.filter(channel=filters.channel)
    return dict(entered.values_list("month").annotate(Sum("amount")))


def _slice_is(snapshot: Snapshot, filters: Filters) -> Mapping[str, object]:
    return {"slice__snapshot": snapshot, **{f"slice__{name}": value for name, value in asdict(filters).items()}}
