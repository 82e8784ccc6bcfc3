"""Orders as the figures see them: lines put together, refunds taken off, non-purchases told apart."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from treue.science.customers import SLICES
from treue.science.engine import MONEY, first_by, money
from treue.science.shelves import EMPTY

PURCHASE, WITHOUT_REVENUE, FULLY_REFUNDED = "purchase", "without_revenue", "fully_refunded"


def from_lines(
    lines: ir.Table, allocations: ir.Table, as_of: date | None, *, key: Sequence[str] = ("line_no",)
) -> ir.Table:
    """The valid purchases up to `as_of`, restated: `purchases(restate(...))`."""
    return purchases(restate(lines, allocations, as_of, key=key))


def restate(
    lines: ir.Table, allocations: ir.Table, as_of: date | None, *, key: Sequence[str] = ("line_no",)
) -> ir.Table:
    """Every order that happened up to `as_of`, with what refunds up to then have left of it.

    lines: purchase lines (refund lines are left out): the columns of `key`, `customer`, `order_no`,
    `ordinal`, `at`, `quantity`, `amount`, `channel`, `country`, `category`. allocations: as
    `refunds.match` makes them. as_of: last day included, None for all.
    Returns one row per customer and order_no: `ordered_at` (its earliest line), `revenue` (decimal
    18,4) and `units` left, the slices of its first line, and its `standing`: a 'purchase', or an
    order 'without_revenue' (adds up to nothing or less), or 'fully_refunded' (no units left).
    """
    lines = lines.filter(lines.kind == "purchase") if "kind" in lines.columns else lines
    lines = _with_taken(lines, allocations, as_of, key)
    first_line = [lines["at"], lines.ordinal, *(lines[column] for column in key)]
    orders = lines.group_by("customer", "order_no").agg(
        ordered_at=lines["at"].min(),
        gross=lines.amount.sum(),
        revenue=(lines.amount - lines.amount_taken).sum().cast(MONEY),
        units_taken=lines.units_taken.sum(),
        units=(lines.quantity - lines.units_taken).sum(),
        first=first_by({name: lines[name] for name in SLICES}, first_line),
    )
    orders = orders.unpack("first")
    if as_of is not None:
        orders = orders.filter(orders.ordered_at < ibis.timestamp(_midnight_after(as_of)))
    has_units_left = (orders.units_taken <= EMPTY) | (orders.units > EMPTY)
    standing = ibis.cases(
        (orders.gross <= 0, WITHOUT_REVENUE),
        (~has_units_left, FULLY_REFUNDED),
        (orders.revenue <= 0, WITHOUT_REVENUE),
        else_=PURCHASE,
    )
    return orders.mutate(standing=standing).drop("gross", "units_taken")


def purchases(restated: ir.Table) -> ir.Table:
    """The orders that are purchases: something was paid and something was kept."""
    return restated.filter(restated.standing == PURCHASE).drop("standing")


def _with_taken(lines: ir.Table, allocations: ir.Table, as_of: date | None, key: Sequence[str]) -> ir.Table:
    if as_of is not None:
        allocations = allocations.filter(allocations.refunded_at < ibis.timestamp(_midnight_after(as_of)))
    purchase_key = [f"purchase_{column}" for column in key]
    taken = allocations.group_by(purchase_key).agg(
        units_taken=allocations.units.sum(), amount_taken=allocations.amount.sum()
    )
    lines = lines.mutate(amount=money(lines.amount))
    joined = lines.left_join(taken, list(zip(key, purchase_key, strict=True)))
    return joined.mutate(
        units_taken=joined.units_taken.fill_null(0.0),
        amount_taken=joined.amount_taken.cast(MONEY).fill_null(ibis.literal(0, MONEY)),
    )


def _midnight_after(day: date) -> str:
    return f"{day + timedelta(days=1)} 00:00:00"
