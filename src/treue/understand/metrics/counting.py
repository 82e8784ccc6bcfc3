"""From the lake to counts: by period, by cohort and in all, for every slice that a page can ask for.

The engine counts the finest slices; here they are added up for every combination of values and "all", because there are
few of them and a page asks for one at a time.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from treue.core.lake.tables import Lake
from treue.science.calendar import Calendar, Unit
from treue.science.cohorts import CELL_COUNTS, cohort_counts, cohort_sizes
from treue.science.retention import PERIOD_COUNTS, period_counts, totals
from treue.understand.metrics.filters import DIMENSIONS, OTHER, UNKNOWN, VALUES_KEPT

UNITS: tuple[Unit, ...] = ("month", "quarter", "year")
TOTAL_COUNTS = (
    *("customers", "repeat_customers", "orders", "revenue", "lifetime_seconds", "trailing_buyers", "trailing_orders"),
    *("costed_revenue", "cost"),
)
FEATURES = ", ".join(DIMENSIONS)


@dataclass(frozen=True)
class Counts:
    """Rows for `Slice`, `PeriodCount` and `CohortCount`; `slice` numbers the slices from 1.

    slices: slice, channel, country, category ("" for all), the totals. periods: slice, unit, start, PERIOD_COUNTS.
    cohorts: slice, cohort, size, repeaters, and CELL_COUNTS as PostgreSQL's arrays by complete months since.
    """

    slices: pa.Table
    periods: pa.Table
    cohorts: pa.Table


def count(lake: Lake, calendar: Calendar) -> Counts:
    """All counts of a lake whose customer table was written for this calendar."""
    orders = lake.orders_by_place().filter(lake.orders.ordered_at < ibis.timestamp(f"{calendar.after} 00:00:00"))
    customers = lake.backend.create_table("folded", folded(lake.customers), temp=True)
    fetch = lake.backend.to_pyarrow
    with duckdb.connect() as con:
        con.register("whole", fetch(_totals(orders, customers)))
        slices = add_up_slices(con)
        periods = [
            _periods(con, fetch(period_counts(orders, _of(calendar, unit), by=DIMENSIONS, customers=customers)), unit)
            for unit in UNITS
        ]
        con.register("sizes", fetch(cohort_sizes(customers, calendar, by=DIMENSIONS)))
        con.register("cells", fetch(cohort_counts(orders, calendar, by=DIMENSIONS, customers=customers)))
        return Counts(slices, pa.concat_tables(periods), _cohorts(con, calendar))


def _of(calendar: Calendar, unit: Unit) -> Calendar:
    return Calendar(calendar.first_day, calendar.as_of, unit, calendar.window_days)


def folded(customers: ir.Table) -> ir.Table:
    """The customer table with each dimension's rarer values put together, and what is unknown said so."""
    columns = {name: customers[name].fill_null(UNKNOWN) for name in DIMENSIONS}
    for name, column in columns.items():
        sizes = customers.group_by(value=column).agg(size=customers.count())
        frequent = sizes.order_by(ibis.desc("size"), "value").limit(VALUES_KEPT)
        columns[name] = ibis.ifelse(column.isin(frequent.value) | (column == UNKNOWN), column, OTHER)
    return customers.mutate(**columns)


def _totals(orders: ir.Table, customers: ir.Table) -> ir.Table:
    """The totals of the finest slices, with what is known of the cost of the goods."""
    of_customers = customers.select("customer", *DIMENSIONS)
    costed = orders.drop(*DIMENSIONS).filter(orders.cost.notnull())
    costed = costed.join(of_customers, costed.customer_id == of_customers.customer)
    costed = costed.group_by(*DIMENSIONS).agg(costed_revenue=costed.costed_revenue.sum(), cost=costed.cost.sum())
    return (
        totals(customers, by=DIMENSIONS).left_join(costed, DIMENSIONS).drop(*(f"{name}_right" for name in DIMENSIONS))
    )


def add_up_slices(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Number every slice that has customers, and remember which finest ones belong to it.

    con: with the finest slices' totals as `whole`. Makes the table `belongs`: finest slice -> number.
    """
    sums = ", ".join(f"coalesce(sum({name}), 0) as {name}" for name in TOTAL_COUNTS)
    values = ", ".join(f"coalesce({name}, '') as {name}" for name in DIMENSIONS)
    con.execute(
        f"""create table slice as
        select row_number() over (order by {FEATURES}) as slice, {values}, {sums},
            min(first_order)::date as first_order, max(last_order)::date as last_order
        from whole group by cube ({FEATURES})"""
    )
    matches = " and ".join(
        f"slice.{name} = case all_{name} when 1 then '' else whole.{name} end" for name in DIMENSIONS
    )
    every = " cross join ".join(f"(values (0), (1)) as of_{name} (all_{name})" for name in DIMENSIONS)
    con.execute(
        f"""create table belongs as
        select {", ".join(f"whole.{name}" for name in DIMENSIONS)}, slice
        from whole cross join {every} join slice on {matches}"""
    )
    return con.execute("from slice order by slice").to_arrow_table()


def _periods(con: duckdb.DuckDBPyConnection, counts: pa.Table, unit: Unit) -> pa.Table:
    con.register("counts", counts)
    sums = ", ".join(f"sum({name}) as {name}" for name in PERIOD_COUNTS)
    return con.execute(
        f"""select slice, '{unit}' as unit, start, {sums}
        from counts join belongs using ({FEATURES}) group by slice, start order by slice, start"""
    ).to_arrow_table()


def _cohorts(con: duckdb.DuckDBPyConnection, calendar: Calendar) -> pa.Table:
    """The triangle's lines, each as long as complete months have passed, with zeros where nobody ordered."""
    last = max((month.start for month in calendar.months if month.complete), default=date.min)
    sums = ", ".join(f"sum({name}) as {name}" for name in CELL_COUNTS)
    lists = ", ".join(
        f"'{{' || string_agg(coalesce({name}, 0)::text, ',' order by k) || '}}' as {name}" for name in CELL_COUNTS
    )
    return con.execute(
        f"""with
        line as (
            select slice, cohort, sum(size) as size, sum(repeaters) as repeaters
            from sizes join belongs using ({FEATURES}) group by all),
        cell as (
            select slice, cohort, k, {sums} from cells join belongs using ({FEATURES}) group by all),
        place as (
            select *, unnest(range(date_diff('month', cohort, ?::date) + 1)) as k from line)
        select slice, cohort, size, repeaters, {lists}
        from place left join cell using (slice, cohort, k)
        group by slice, cohort, size, repeaters order by slice, cohort""",
        [last],
    ).to_arrow_table()
