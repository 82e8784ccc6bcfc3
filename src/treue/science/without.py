"""What the figures of a history would be without the lines of one product code.

Leaving lines out also leaves without a purchase what refunds took back, so nothing can be read off the lines' sums:
the history is computed once more. Only customers with such lines can change, and those whom a refund ties to them by an
order's number; the others keep what they have, unless the last day itself moves.

Refunds are matched in Python, so customers who have any pass through memory some at a time. The others' orders are
added up by the engine, however many there are.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from treue.science.history import last_order_day, of_lines
from treue.science.orders import from_lines
from treue.science.refunds import MONEY

LINES_AT_ONCE = 200_000  # of customers with refunds: some 150 MB, and a quarter less time than with half as many
NOTHING_TAKEN = pa.table(
    {
        "purchase_line_no": pa.array([], pa.int64()),
        "units": pa.array([], pa.float64()),
        "amount": pa.array([], MONEY),
        "refunded_at": pa.array([], pa.timestamp("us")),
    }
)


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


def changes_without(
    lines: ir.Table, codes: Sequence[str], as_of: date | None, engine: Backend
) -> tuple[Sums, dict[str, Sums]]:
    """The sums of a history, and how they change when a product code is left out, for each code by itself.

    lines: as `history.of_lines` takes them, a table of `engine`. codes: in capitals; a product's case does not matter.
    as_of: last day included, by default the day of the last order, which may be an earlier one without the code.
    """
    until = as_of or last_order_day(lines, engine)
    whole, tied = _by_customer(lines, until, engine), _tied(lines, engine)
    changes = {}
    for code in codes:
        concerned = lines["product"].upper().fill_null("") == code
        before, after = whole, lines.filter(~concerned)
        until_without = as_of or last_order_day(after, engine)
        if until == until_without:
            touched = _touched(_customers(lines.filter(concerned), engine), tied)
            before = whole.filter(pc.is_in(whole["customer"], touched["customer"]))
            after = after.semi_join(ibis.memtable(touched), "customer")
        changes[code] = _sums(_by_customer(after, until_without, engine)) - _sums(before)
    return _sums(whole), changes


def _sums(by_customer: pa.Table) -> Sums:
    return Sums(
        customers=len(by_customer),
        orders=pc.sum(by_customer["orders"]).as_py() or 0,
        revenue=pc.sum(by_customer["revenue"]).as_py() or Decimal(0),
    )


def _by_customer(lines: ir.Table, until: date | None, engine: Backend) -> pa.Table:
    """Customers with valid orders: `customer`, `orders`, `revenue`."""
    tied = _tied(lines, engine)
    refunded = _customers(lines.filter(lines.kind == "refund"), engine) | tied.keys()
    plain = lines.anti_join(ibis.memtable(_listed(refunded)), "customer")
    parts: list[pa.Table] = [engine.to_pyarrow(_added_up(from_lines(plain, ibis.memtable(NOTHING_TAKEN), until)))]
    rows = int(engine.to_pyarrow(lines.semi_join(ibis.memtable(_listed(refunded)), "customer").count()).as_py())
    for some in _parted(refunded, tied, parts=1 + rows // LINES_AT_ONCE):
        own = lines.semi_join(ibis.memtable(_listed(some)), "customer").order_by("line_no")
        parts.append(_restated(engine.to_pyarrow(own), until))
    return pa.concat_tables(parts)


def _restated(lines: pa.Table, until: date | None) -> pa.Table:
    """The same where there are refunds; apart, as an engine keeps every memtable for as long as it lives."""
    apart = ibis.duckdb.connect()
    try:
        bought = of_lines(lines, until, apart).orders
        return apart.to_pyarrow(_added_up(ibis.memtable(bought)))
    finally:
        apart.disconnect()


def _added_up(orders: ir.Table) -> ir.Table:
    return orders.group_by("customer").agg(
        orders=orders.count().cast("int64"), revenue=orders.revenue.sum().cast("decimal(38, 4)")
    )


def _customers(lines: ir.Table, engine: Backend) -> set[str]:
    return set(engine.to_pyarrow(lines.select("customer").distinct())["customer"].to_pylist())


def _listed(customers: Collection[str]) -> pa.Table:
    return pa.table({"customer": pa.array(sorted(customers), pa.string())})


def _parted(customers: Collection[str], tied: dict[str, str], *, parts: int) -> Iterator[set[str]]:
    """The customers in about so many parts of about the same size; whoever is tied together stays together."""
    numbers: dict[str, int] = {}
    found: dict[int, set[str]] = {}
    for customer in sorted(customers):
        number = numbers.setdefault(tied.get(customer, customer), len(numbers))
        found.setdefault(number % parts, set()).add(customer)
    yield from found.values()


def _touched(customers: set[str], tied: dict[str, str]) -> pa.Table:
    """These customers, and all whom refunds tie to them."""
    leaders = {tied[customer] for customer in customers & tied.keys()}
    return _listed(customers | {customer for customer, leader in tied.items() if leader in leaders})


def _tied(lines: ir.Table, engine: Backend) -> dict[str, str]:
    """Customers whom a refund may reach from another, by the number of an order: each with the leader of the group."""
    refunds = lines.filter(lines.kind == "refund")
    shortened = refunds.filter(refunds.order_no.upper().startswith("C"))
    named = ibis.union(
        refunds.select("customer", number=refunds.refund_of),
        refunds.select("customer", number=refunds.order_no),
        shortened.select("customer", number=shortened.order_no.substr(1)),
    )
    named = named.filter(named.number.notnull()).distinct()
    bought = lines.filter(lines.kind == "purchase").select("customer", number="order_no")
    numbers = ibis.union(named, bought.semi_join(named, "number"))
    grouped = numbers.group_by("number").agg(customers=numbers.customer.collect(distinct=True))
    shared: pa.Table = engine.to_pyarrow(grouped.filter(grouped.customers.length() > 1))
    return _leaders(shared["customers"].to_pylist())


def _leaders(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """One of them for all who are linked through any of the groups."""
    above: dict[str, str] = {}

    def leader(customer: str) -> str:
        while above.setdefault(customer, customer) != customer:
            above[customer] = customer = above[above[customer]]
        return customer

    for first, *others in groups:
        for other in others:
            above[leader(other)] = leader(first)
    return {customer: leader(customer) for customer in above}
