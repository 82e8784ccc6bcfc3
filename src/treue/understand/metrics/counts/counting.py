"""From the lake to counts: by period, by cohort and in all, for every slice that a page can ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from treue.core.lake.tables import Lake
from treue.science.calendar import Calendar, Unit
from treue.science.cohorts import cohort_counts, cohort_sizes
from treue.science.retention import period_counts, totals
from treue.understand.metrics.counts.adding_up import AddingUp
from treue.understand.metrics.scope.filters import DIMENSIONS, OTHER, UNKNOWN, VALUES_KEPT

UNITS: tuple[Unit, ...] = ("month", "quarter", "year")
FINEST = ("finest",)


@dataclass(frozen=True)
class Counts:
    """Rows for `Slice`, `PeriodCount` and `CohortCount`, as `adding_up` makes them."""

    slices: pa.Table
    periods: pa.Table
    cohorts: pa.Table


def count(lake: Lake, calendar: Calendar) -> Counts:
    """All counts of a lake whose customer table was written for this calendar."""
    fetch = lake.engine.backend.to_pyarrow
    with _folded(lake) as (customers, finest), duckdb.connect() as con:
        orders = _orders(lake, calendar)
        sums = AddingUp(con, fetch(finest), fetch(totals(customers, by=FINEST)), fetch(_costs(orders, customers)))
        periods = []
        for unit in UNITS:
            of_unit = replace(calendar, unit=unit)
            counts = fetch(
                period_counts(orders.drop("costed_revenue", "cost"), of_unit, by=FINEST, customers=customers)
            )
            periods.append(sums.periods(counts, unit))
        cohorts = sums.cohorts(
            fetch(cohort_sizes(customers, calendar, by=FINEST)),
            fetch(cohort_counts(orders, calendar, by=FINEST, customers=customers)),
            last_month=max((month.start for month in calendar.months if month.complete), default=date.min),
        )
        return Counts(sums.slices(), pa.concat_tables(periods), cohorts)


def _orders(lake: Lake, calendar: Calendar) -> ir.Table:
    """The orders that count. What they say of channel, country and category is not asked: the customer's first is."""
    orders = lake.orders_by_place().drop(*DIMENSIONS)
    orders = orders.filter(orders.ordered_at < ibis.timestamp(f"{calendar.after} 00:00:00"))
    return orders.mutate(finest=ibis.literal(0, "int32"))


@contextmanager
def _folded(lake: Lake) -> Iterator[tuple[ir.Table, ir.Table]]:
    """The customer table with a number for its finest slice, and what these numbers mean.

    What is unknown is said so, and each dimension's rarer values are put together. A number in place of three texts
    halves the time of all that follows.
    """
    columns = {name: lake.customers[name].fill_null(UNKNOWN) for name in DIMENSIONS}
    for name, column in columns.items():
        sizes = lake.customers.group_by(value=column).agg(size=lake.customers.count())
        frequent = sizes.order_by(ibis.desc("size"), "value").limit(VALUES_KEPT).value.to_pyarrow().to_pylist()
        columns[name] = ibis.ifelse(column.isin([*frequent, UNKNOWN]), column, OTHER)
    customers = lake.customers.mutate(**columns)
    slices = customers.select(*DIMENSIONS).distinct()
    place = ibis.window(order_by=[slices[name] for name in DIMENSIONS])
    numbered = slices.mutate(finest=ibis.row_number().over(place).cast("int32"))
    with customers.inner_join(numbered, list(DIMENSIONS)).cache() as folded:
        yield folded.drop(*DIMENSIONS), folded.select("finest", *DIMENSIONS).distinct()


def _costs(orders: ir.Table, customers: ir.Table) -> ir.Table:
    """What is known of the cost of the goods: the revenue of which it is known, and that cost."""
    of_customer = orders.filter(orders.cost.notnull()).group_by("customer_id")
    of_customer = of_customer.agg(costed_revenue=orders.costed_revenue.sum(), cost=orders.cost.sum())
    found = of_customer.join(customers.select("customer", "finest"), [("customer_id", "customer")])
    return found.group_by("finest").agg(costed_revenue=found.costed_revenue.sum(), cost=found.cost.sum())
