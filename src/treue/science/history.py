"""A shop's history of orders, made of its lines, with an account of the lines that did not count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends.duckdb import Backend

from treue.science import orders
from treue.science.refunds import match

ORDER = ("customer", "order_no")


@dataclass(frozen=True)
class History:
    """Restated orders up to `as_of`, and how many lines and orders are not among them.

    orders: the valid purchases, as `orders.from_lines` gives them. as_of: None where there is no
    order at all. set_aside: lines by reason, `after_as_of` and `refund_unmatched`.
    """

    orders: pa.Table
    as_of: date | None
    set_aside: Mapping[str, int]
    orders_without_revenue: int
    orders_fully_refunded: int


def of_lines(lines: pa.Table, as_of: date | None, engine: Backend) -> History:
    """Match refunds, restate orders, and leave out what happened after `as_of`.

    as_of: last day included; by default the day of the last order, before refunds. An order happens
    at the moment of its earliest line, so it is in or out as a whole.
    """
    as_of = as_of or last_order_day(ibis.memtable(lines), engine)
    within = lines if as_of is None else _up_to(lines, as_of, engine)
    purchases, refunds = (within.filter(pc.equal(within["kind"], kind)) for kind in ("purchase", "refund"))
    matching = match(purchases, refunds)
    restated = engine.to_pyarrow(orders.restate(ibis.memtable(purchases), ibis.memtable(matching.allocations), as_of))
    standing = restated["standing"]
    counted = {
        "after_as_of": len(lines) - len(within),
        "refund_unmatched": len(matching.unmatched),
    }
    return History(
        orders=restated.filter(pc.equal(standing, orders.PURCHASE)).drop_columns(["standing"]),
        as_of=as_of,
        set_aside={reason: rows for reason, rows in counted.items() if rows},
        orders_without_revenue=pc.sum(pc.equal(standing, orders.WITHOUT_REVENUE)).as_py() or 0,
        orders_fully_refunded=pc.sum(pc.equal(standing, orders.FULLY_REFUNDED)).as_py() or 0,
    )


def last_order_day(lines: ir.Table, engine: Backend) -> date | None:
    """The day of the last order that adds up to something, before refunds; None where there is none."""
    bought = lines.filter(lines.kind == "purchase")
    found = bought.group_by(*ORDER).agg(ordered_at=bought["at"].min(), amount=bought.amount.sum())
    last: datetime | None = engine.to_pyarrow(found.filter(found.amount > 0).ordered_at.max()).as_py()
    return last.date() if last else None


def _up_to(lines: pa.Table, as_of: date, engine: Backend) -> pa.Table:
    midnight = datetime.combine(as_of + timedelta(days=1), datetime.min.time())
    last: datetime | None = pc.max(lines["at"]).as_py()
    if last is None or last < midnight:
        return lines
    table = ibis.memtable(lines)
    begun = table.filter(table.kind == "purchase", table["at"] < ibis.timestamp(str(midnight)))
    bought = table.filter(table.kind == "purchase").semi_join(begun.select(*ORDER).distinct(), ORDER)
    refunded = table.filter(table.kind == "refund", table["at"] < ibis.timestamp(str(midnight)))
    return engine.to_pyarrow(bought.union(refunded).order_by("line_no"))
