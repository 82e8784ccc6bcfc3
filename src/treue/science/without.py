"""What the figures of a history would be without the lines of one product code.

Leaving lines out also leaves without a purchase what refunds took back, so nothing can be read off the lines' sums:
the history is computed twice. Only customers with such lines can change, and those whose refunds or orders share an
order number with them; the others keep what they have, unless the last day itself moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from treue.science.history import last_order_day, of_lines


@dataclass(frozen=True)
class Sums:
    """Customers with a valid order, their orders and what they paid."""

    customers: int
    orders: int
    revenue: Decimal

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.customers + other.customers, self.orders + other.orders, self.revenue + other.revenue)

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(self.customers - other.customers, self.orders - other.orders, self.revenue - other.revenue)


def changes_without(lines: ir.Table, codes: Sequence[str], as_of: date | None, engine: Backend) -> dict[str, Sums]:
    """How the sums of a history change when the lines of a product code are left out, for each code by itself.

    lines: as `history.of_lines` takes them, a table of `engine`. codes: in capitals; a product's case does not matter.
    as_of: last day included, by default the day of the last order, which may be an earlier one without the code.
    """
    until = as_of or last_order_day(lines, engine)
    ties = _ties(lines, engine)
    changes = {}
    for code in codes:
        concerned = lines["product"].upper().fill_null("") == code
        before, after = lines, lines.filter(~concerned)
        until_without = as_of or last_order_day(after, engine)
        if until == until_without:
            touched = _touched(lines.filter(concerned), ties, engine)
            before, after = (rows.semi_join(touched, "customer") for rows in (before, after))
        changes[code] = sums(after, until_without, engine) - sums(before, until, engine)
    return changes


def _ties(lines: ir.Table, engine: Backend) -> list[set[str]]:
    """Customers who have or name the same order number: a refund may reach from one to the other."""
    own, named = lines.order_no, lines.refund_of
    shortened = ibis.cases((own.upper().startswith("C"), own.substr(1)))
    numbers = ibis.union(*(lines.select("customer", number=each).distinct() for each in (own, named, shortened)))
    numbers = numbers.filter(numbers.number.notnull())
    grouped = numbers.group_by("number").agg(customers=numbers.customer.collect(distinct=True))
    shared: pa.Table = engine.to_pyarrow(grouped.filter(grouped.customers.length() > 1))
    return [set(customers) for customers in shared["customers"].to_pylist()]


def _touched(concerned: ir.Table, ties: Sequence[set[str]], engine: Backend) -> ir.Table:
    """The customers of these lines, and all whom ties lead to from there."""
    touched = set(engine.to_pyarrow(concerned.customer.as_table().distinct())["customer"].to_pylist())
    before = -1
    while before != len(touched):
        before = len(touched)
        touched.update(*(tied for tied in ties if tied & touched))
    return ibis.memtable(pa.table({"customer": pa.array(sorted(touched), pa.string())}))


def sums(lines: ir.Table, as_of: date | None, engine: Backend) -> Sums:
    """The sums of a history as it stands; `as_of` as in `changes_without`."""
    orders: pa.Table = of_lines(engine.to_pyarrow(lines.order_by("line_no")), as_of, engine).orders
    return Sums(
        customers=pc.count_distinct(orders["customer"]).as_py(),
        orders=len(orders),
        revenue=pc.sum(orders["revenue"]).as_py() or Decimal(0),
    )
