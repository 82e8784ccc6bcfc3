"""The whole report of a shop, in one call: what `treue report` prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from treue.science.calendar import WINDOWS, Calendar, Unit, default_window
from treue.science.cohorts import cohort_counts, cohort_sizes
from treue.science.customers import SLICES, customer_table
from treue.science.figures import (
    PeriodCounts,
    PeriodFigures,
    TotalFigures,
    Totals,
    timeline,
    to_the_cent,
    total_figures,
)
from treue.science.history import History, of_lines
from treue.science.retention import period_counts, totals

NOBODY = {"customers": 0, "orders": 0, "revenue": Decimal(0)}
PERIOD_KEYS = (
    "start",
    "end",
    "complete",
    "warm_up",
    "customers_start",
    "customers_end",
    "retained",
    "lost",
    "new",
    "won_back",
    "retention_rate",
    "churn_rate",
    "repeat_purchase_rate",
    "orders",
    "revenue",
)


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Customers of one month of first orders; lists by months since, the cohort's own month first."""

    cohort: str
    size: int
    repeaters: int
    retained: list[int]
    orders: list[int]
    revenue: list[Decimal]


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One value of a dimension (None: unknown), its figures and its periods, as many as the report has."""

    value: str | None
    figures: TotalFigures
    periods: list[PeriodFigures]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The figures of a shop's history, and an account of every row they were made of."""

    as_of: date | None
    window_days: int
    window_chosen: bool
    unit: Unit
    rows_read: int
    rows_used: int
    set_aside: dict[str, int]
    revenue_without_customer: Decimal
    orders_without_revenue: int
    orders_fully_refunded: int
    totals: TotalFigures
    periods: list[PeriodFigures] = field(default_factory=list)
    cohorts: list[Cohort] = field(default_factory=list)
    slices: dict[str, list[Slice]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The report as `treue report --json` prints it: dates as YYYY-MM-DD, money to the cent."""
        figures = self.totals
        return {
            "as_of": _day(self.as_of),
            "window_days": self.window_days,
            "unit": self.unit,
            "rows_read": self.rows_read,
            "rows_used": self.rows_used,
            "set_aside": self.set_aside,
            "revenue_without_customer": _money(self.revenue_without_customer),
            "orders_without_revenue": self.orders_without_revenue,
            "orders_fully_refunded": self.orders_fully_refunded,
            "customers": figures.customers,
            "orders": figures.orders,
            "revenue": _money(figures.revenue),
            "first_order": _day(figures.first_order),
            "last_order": _day(figures.last_order),
            "average_order_value": figures.average_order_value,
            "purchase_frequency": figures.purchase_frequency,
            "repeat_purchase_rate": figures.repeat_purchase_rate,
            "customer_lifetime_years": figures.customer_lifetime_years,
            "clv": figures.clv,
            "periods": [_period_json(each) for each in self.periods],
            "cohorts": [
                {
                    "cohort": each.cohort,
                    "size": each.size,
                    "retained": each.retained,
                    "repeaters": each.repeaters,
                    "orders": each.orders,
                    "revenue": [_money(money) for money in each.revenue],
                }
                for each in self.cohorts
            ],
        }


def report(
    lines: pa.Table,
    *,
    as_of: date | None = None,
    window_days: int | None = None,
    unit: Unit = "month",
    rows_read: int | None = None,
    set_aside: Mapping[str, int] | None = None,
    guests: Mapping[date, Decimal] | None = None,
) -> Report:
    """The report of a shop's lines, purchases and refunds together.

    lines: as the reading stage makes them (`line_no`, `customer`, `order_no`, `ordinal`, `at`,
    `product`, `quantity`, `amount`, `kind`, `refund_of`, and the slices). as_of: last day included,
    by default the day of the last order. window_days: by default as `calendar.default_window` says.
    rows_read, set_aside: what the reading stage counted; the rows after as_of and the refunds that
    found no purchase are set aside here. No row counts twice: rows_read = rows_used + the sum of
    set_aside. guests: what was sold without a customer, by day; it counts up to as_of like the rest.
    """
    engine = ibis.duckdb.connect()
    try:
        history = of_lines(lines, as_of, engine)
        calendar = _calendar(history, unit, window_days)
        figures = _figures(history.orders, calendar, engine) if calendar else {"totals": total_figures(Totals())}
    finally:
        engine.disconnect()
    counted = {reason: rows for reason, rows in (set_aside or {}).items() if rows}
    rows_read = len(lines) + sum(counted.values()) if rows_read is None else rows_read
    counted |= history.set_aside
    return Report(
        as_of=history.as_of,
        window_days=calendar.window_days if calendar else WINDOWS[-1] if window_days is None else window_days,
        window_chosen=window_days is None,
        unit=unit,
        rows_read=rows_read,
        rows_used=rows_read - sum(counted.values()),
        set_aside=counted,
        revenue_without_customer=_up_to(history.as_of, guests or {}),
        orders_without_revenue=history.orders_without_revenue,
        orders_fully_refunded=history.orders_fully_refunded,
        **figures,
    )


def _up_to(as_of: date | None, guests: Mapping[date, Decimal]) -> Decimal:
    """What guests spent up to a day, or in all where no order says which day is the last."""
    return sum((money for day, money in guests.items() if as_of is None or day <= as_of), Decimal(0))


def _calendar(history: History, unit: Unit, window_days: int | None) -> Calendar | None:
    """The calendar of a history; None of one without orders."""
    first: datetime | None = pc.min(history.orders["ordered_at"]).as_py()
    if first is None or history.as_of is None:
        return None
    if window_days is None:
        window_days = default_window(first.date(), history.as_of)
    return Calendar(first.date(), history.as_of, unit, window_days)


def _figures(orders: pa.Table, calendar: Calendar, engine: Backend) -> dict[str, Any]:
    """All that a report says of orders: totals, periods, cohorts, slices."""
    known = [name for name in SLICES if orders[name].null_count < len(orders)]
    table = engine.create_table("orders", orders)
    customers = engine.create_table("customers", customer_table(table, calendar, by=known))

    def rows(expression: ir.Table) -> list[dict[str, Any]]:
        found: pa.Table = engine.to_pyarrow(expression)
        return list(found.to_pylist())

    counts = {row["start"]: PeriodCounts.of(row) for row in rows(period_counts(table, calendar, customers=customers))}
    return {
        "totals": total_figures(Totals.of(rows(totals(customers))[0])),
        "periods": timeline(calendar.periods, counts),
        "cohorts": _cohorts(
            rows(cohort_sizes(customers, calendar)),
            rows(cohort_counts(table, calendar, customers=customers)),
            [month.start for month in calendar.months if month.complete],
        ),
        "slices": {
            name: _slices(
                name,
                rows(totals(customers, by=(name,)).order_by(ibis.desc("customers"), name)),
                rows(period_counts(table, calendar, by=(name,), customers=customers)),
                calendar,
            )
            for name in known
        },
    }


def _slices(
    name: str, totals_of: Sequence[Mapping[str, Any]], counts_of: Sequence[Mapping[str, Any]], calendar: Calendar
) -> list[Slice]:
    """Every value of a dimension, in the order of `totals_of`."""
    counts: dict[str | None, dict[date, PeriodCounts]] = {}
    for row in counts_of:
        counts.setdefault(row[name], {})[row["start"]] = PeriodCounts.of(row)
    return [
        Slice(
            value=row[name],
            figures=total_figures(Totals.of(row)),
            periods=timeline(calendar.periods, counts.get(row[name], {})),
        )
        for row in totals_of
    ]


def _cohorts(
    sizes: Sequence[Mapping[str, Any]], cells: Sequence[Mapping[str, Any]], months: Sequence[date]
) -> list[Cohort]:
    """The cohort table, with zeros where nobody of a cohort ordered."""
    found = {(cell["cohort"], cell["k"]): cell for cell in cells}
    cohorts = []
    for row in sorted(sizes, key=lambda row: row["cohort"]):
        ages = range(sum(month >= row["cohort"] for month in months))
        own = [found.get((row["cohort"], age), NOBODY) for age in ages]
        cohorts.append(
            Cohort(
                cohort=f"{row['cohort']:%Y-%m}",
                size=row["size"],
                repeaters=row["repeaters"],
                retained=[cell["customers"] for cell in own],
                orders=[cell["orders"] for cell in own],
                revenue=[cell["revenue"] for cell in own],
            )
        )
    return cohorts


def _period_json(figures: PeriodFigures) -> dict[str, Any]:
    shown = {name: getattr(figures, name) for name in PERIOD_KEYS}
    return shown | {
        "start": _day(figures.start),
        "end": _day(figures.end),
        "revenue": _money(figures.revenue),
    }


def _day(moment: date | None) -> str | None:
    return f"{moment:%Y-%m-%d}" if moment else None


def _money(amount: Decimal) -> float:
    return float(to_the_cent(amount))
