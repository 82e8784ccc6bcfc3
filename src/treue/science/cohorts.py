"""Cohorts by month of the first order: how many came back, how often, and what they spent."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from treue.science.calendar import Calendar
from treue.science.customers import customer_table, mask_words, on_days
from treue.science.masks import meets, word_count, words_of
from treue.science.retention import added_up

CELL_COUNTS = ("customers", "orders", "revenue")


def cohort_counts(
    orders: ir.Table, calendar: Calendar, *, by: Sequence[str] = (), customers: ir.Table | None = None
) -> ir.Table:
    """The cohort table: `cohort` (first day of its month), `k`, the slices in `by`, CELL_COUNTS.

    k: calendar months after the cohort's; at 0, `customers` is the cohort's size. Complete months
    only, and a cell in which nobody ordered has no row. customers: as for `period_counts`.
    """
    customers = customer_table(orders, calendar, by=by) if customers is None else customers
    dated = on_days(orders, calendar).select("customer", "month", "revenue")
    dated = dated.inner_join(customers.select("customer", "first_month", *by), "customer")
    spent = dated.group_by("first_month", "month", *by).agg(orders=dated.count(), revenue=dated.revenue.sum())
    spent = _in_complete_months(spent, calendar)
    parts = (cohort_retention(customers, calendar, by=by), spent)
    return added_up(parts, ["cohort", "k", *by], CELL_COUNTS)


def cohort_retention(customers: ir.Table, calendar: Calendar, *, by: Sequence[str] = ()) -> ir.Table:
    """The customers of the cohort table alone, which the customer table can answer by itself."""
    words = mask_words("bought", calendar)
    alike = customers.group_by("first_month", *words, *by).agg(n=customers.count())
    months = _complete_months(calendar)
    laid = alike.inner_join(months, alike.first_month <= months.month)
    laid = laid.filter(meets(laid, "bought", "in_month", len(words)))
    cells = laid.group_by("first_month", "month", *by).agg(customers=laid.n.sum())
    return _in_complete_months(cells, calendar)


def cohort_sizes(customers: ir.Table, calendar: Calendar, *, by: Sequence[str] = ()) -> ir.Table:
    """`cohort`, the slices in `by`, `size`, and `repeaters` (with a second order up to as_of)."""
    sizes = customers.group_by("first_month", *by).agg(size=customers.count(), repeaters=(customers.orders >= 2).sum())
    months = _complete_months(calendar)
    return sizes.inner_join(months, sizes.first_month == months.month).select("size", "repeaters", *by, cohort="start")


def _in_complete_months(cells: ir.Table, calendar: Calendar) -> ir.Table:
    """Cells with numbered months, as cells with a cohort's first day and the months since."""
    cohorts = _complete_months(calendar).select(cohort="start", first_month="month")
    months = _complete_months(calendar).select("month")
    cells = cells.inner_join(cohorts, "first_month").inner_join(months, "month")
    return cells.mutate(k=(cells.month - cells.first_month).cast("int64")).drop("first_month", "month")


def _complete_months(calendar: Calendar) -> ir.Table:
    """The months that are over by as_of, with their numbers and their bits."""
    words = word_count(len(calendar.boundaries))
    schema = pa.schema(
        [("month", pa.int32()), ("start", pa.date32())] + [(f"in_month_{word}", pa.int64()) for word in range(words)]
    )
    rows = []
    for period in calendar.months:
        number = calendar.month_number(period.start)
        bits = dict(enumerate(words_of(number, number + 1, words)))
        if period.complete:
            rows.append(
                {"month": number, "start": period.start} | {f"in_month_{word}": value for word, value in bits.items()}
            )
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))
