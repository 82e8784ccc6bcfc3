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
from treue.understand.metrics.adding_up import AddingUp
from treue.understand.metrics.filters import DIMENSIONS, OTHER, UNKNOWN, VALUES_KEPT

UNITS: tuple[Unit, ...] = ("month", "quarter", "year")


@dataclass(frozen=True)
class Counts:
    """Rows for `Slice`, `PeriodCount` and `CohortCount`, as `adding_up` makes them."""

    slices: pa.Table
    periods: pa.Table
    cohorts: pa.Table


def count(lake: Lake, calendar: Calendar) -> Counts:
    """All counts of a lake whose customer table was written for this calendar."""
    orders = lake.orders_by_place().filter(lake.orders.ordered_at < ibis.timestamp(f"{calendar.after} 00:00:00"))
    fetch = lake.backend.to_pyarrow
    with _folded(lake) as customers, duckdb.connect() as con:
        sums = AddingUp(con, fetch(_totals(orders, customers)))
        periods = []
        for unit in UNITS:
            of_unit = replace(calendar, unit=unit)
            counts = fetch(period_counts(orders, of_unit, by=DIMENSIONS, customers=customers))
            periods.append(sums.periods(counts, unit))
        cohorts = sums.cohorts(
            fetch(cohort_sizes(customers, calendar, by=DIMENSIONS)),
            fetch(cohort_counts(orders, calendar, by=DIMENSIONS, customers=customers)),
            last_month=max((month.start for month in calendar.months if month.complete), default=date.min),
        )
        return Counts(sums.slices(), pa.concat_tables(periods), cohorts)


@contextmanager
def _folded(lake: Lake) -> Iterator[ir.Table]:
    """The customer table with what is unknown said so and each dimension's rarer values put together."""
    columns = {name: lake.customers[name].fill_null(UNKNOWN) for name in DIMENSIONS}
    for name, column in columns.items():
        sizes = lake.customers.group_by(value=column).agg(size=lake.customers.count())
        frequent = sizes.order_by(ibis.desc("size"), "value").limit(VALUES_KEPT).value.to_pyarrow().to_pylist()
        columns[name] = ibis.ifelse(column.isin([*frequent, UNKNOWN]), column, OTHER)
    yield lake.backend.create_table("folded", lake.customers.mutate(**columns), temp=True)
    lake.backend.drop_table("folded")


def _totals(orders: ir.Table, customers: ir.Table) -> ir.Table:
    """The totals of the finest slices, with what is known of the cost of the goods."""
    costed = orders.filter(orders.cost.notnull()).group_by("customer_id")
    costed = costed.agg(costed_revenue=orders.costed_revenue.sum(), cost=orders.cost.sum())
    costed = costed.join(customers.select("customer", *DIMENSIONS), [("customer_id", "customer")])
    costed = costed.group_by(*DIMENSIONS).agg(costed_revenue=costed.costed_revenue.sum(), cost=costed.cost.sum())
    found = totals(customers, by=DIMENSIONS).left_join(costed, DIMENSIONS)
    return found.drop(*(f"{name}_right" for name in DIMENSIONS))
