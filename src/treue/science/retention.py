"""Who stays, who leaves, who comes back: additive counts by period and slice.

Every count is a number of customers, orders, seconds or money, never a rate, so the counts of
slices add up to those of the whole, and every filter is a sum. Rates are made of sums, in
`treue.science.figures`. Slices are the channel, country and category of a customer's first order.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from treue.science.calendar import MONTHS_IN, Calendar
from treue.science.customers import TRAILING_DAYS, customer_table, mask_words, on_days
from treue.science.engine import MONEY, epoch_seconds
from treue.science.masks import meets, word_count, words_of

MEMBERSHIP = ("customers_start", "customers_end", "retained", "lost", "new", "won_back")
ACTIVITY = ("buyers", "repeat_buyers", "orders", "revenue", "first_buyers", "second_buyers", "gap_seconds")
TRAILING = ("trailing_buyers", "trailing_orders")
PERIOD_COUNTS = (*MEMBERSHIP, *ACTIVITY, *TRAILING)


def period_counts(
    orders: ir.Table, calendar: Calendar, *, by: Sequence[str] = (), customers: ir.Table | None = None
) -> ir.Table:
    """All counts of every period: `start`, `end`, the slices named in `by`, and PERIOD_COUNTS.

    orders: as for `customer_table`. customers: the customer table of the same calendar if it lies
    stored; without it, it is worked out on the fly, with the same digits.
    A period and slice in which nothing happened has no row.
    """
    customers = customer_table(orders, calendar, by=by) if customers is None else customers
    parts = (
        membership(customers, calendar, by=by),
        activity(orders, customers, calendar, by=by),
        trailing(orders, customers, calendar, by=by),
    )
    return added_up(parts, ["start", "end", *by], PERIOD_COUNTS)


def membership(customers: ir.Table, calendar: Calendar, *, by: Sequence[str] = ()) -> ir.Table:
    """Customers at each period's start and end, and between: the MEMBERSHIP counts.

    A customer's words say at which boundaries someone is one. Equal words of equal first months
    and slices are counted first, so that the periods are laid over thousands of rows, not millions.
    """
    words = mask_words("active", calendar)
    alike = customers.group_by("first_month", *words, *by).agg(n=customers.count())
    laid = alike.cross_join(_periods(calendar))
    at_start, at_end = (meets(laid, "active", mark, len(words)) for mark in ("at_start", "at_end"))
    is_first = (laid.first_month >= laid.from_month) & (laid.first_month < laid.to_month)
    kinds = {
        "customers_start": at_start,
        "customers_end": at_end,
        "retained": at_start & at_end,
        "lost": at_start & ~at_end,
        "new": ~at_start & at_end & is_first,
        "won_back": ~at_start & at_end & ~is_first,
    }
    laid = laid.filter(at_start | at_end)
    counts = {name: ibis.ifelse(kind, laid.n, 0).sum().cast("int64") for name, kind in kinds.items()}
    return laid.group_by("start", "end", *by).agg(**counts)


def activity(orders: ir.Table, customers: ir.Table, calendar: Calendar, *, by: Sequence[str] = ()) -> ir.Table:
    """What happened inside each period: the ACTIVITY counts.

    `gap_seconds` sums the time since the same customer's previous order over the period's orders;
    summed from the first period on, it is the sum of the lifetimes observed so far.
    """
    dated = on_days(orders, calendar)
    visits = dated.mutate(period=dated.month // MONTHS_IN[calendar.unit])
    visits = visits.group_by("customer", "period").agg(
        orders=visits.count(),
        revenue=visits.revenue.sum(),
        first_seconds=epoch_seconds(visits.ordered_at.min()),
        last_seconds=epoch_seconds(visits.ordered_at.max()),
    )
    earlier = ibis.window(group_by=visits.customer, order_by=visits.period, preceding=(None, 1))
    visits = visits.mutate(
        orders_before=visits.orders.sum().over(earlier).fill_null(0),
        seconds_before=visits.last_seconds.max().over(earlier),
    )
    if by:
        visits = visits.inner_join(customers.select("customer", *by), "customer")
    is_first = visits.orders_before == 0
    has_second = (visits.orders_before < 2) & (visits.orders_before + visits.orders >= 2)
    counted = visits.group_by("period", *by).agg(
        buyers=visits.count(),
        repeat_buyers=(visits.orders >= 2).sum(),
        orders=visits.orders.sum(),
        revenue=visits.revenue.sum(),
        first_buyers=is_first.sum(),
        second_buyers=has_second.sum(),
        gap_seconds=(visits.last_seconds - ibis.coalesce(visits.seconds_before, visits.first_seconds)).sum(),
    )
    return counted.inner_join(_periods(calendar), "period").select("start", "end", *by, *ACTIVITY)


def trailing(orders: ir.Table, customers: ir.Table, calendar: Calendar, *, by: Sequence[str] = ()) -> ir.Table:
    """Buyers and orders of the 365 days to each period's end, or to as_of if that is earlier."""
    words = mask_words("trailing", calendar)
    alike = customers.group_by(*words, *by).agg(n=customers.count())
    laid = alike.cross_join(_periods(calendar))
    laid = laid.filter(meets(laid, "trailing", "last_month", len(words)))
    buyers = laid.group_by("start", "end", *by).agg(trailing_buyers=laid.n.sum())

    dated = on_days(orders, calendar)
    if by:
        dated = dated.drop(*by).inner_join(customers.select("customer", *by), "customer")
    daily = dated.group_by("day", *by).agg(n=dated.count())
    spans = _periods(calendar).select("start", "end", "trailing_from", "trailing_to")
    within = daily.inner_join(spans, [daily.day >= spans.trailing_from, daily.day < spans.trailing_to])
    counted = within.group_by("start", "end", *by).agg(trailing_orders=within.n.sum())
    return added_up((buyers, counted), ["start", "end", *by], TRAILING)


def totals(customers: ir.Table, *, by: Sequence[str] = ()) -> ir.Table:
    """Counts over the whole history up to `calendar.as_of`, one row per slice.

    `customers`, `repeat_customers` (with a second order), `orders`, `revenue`, `lifetime_seconds`,
    `trailing_buyers` and `trailing_orders` (365 days to as_of), and the moments `first_order` and
    `last_order`. customers: the customer table of that calendar.
    """
    return customers.aggregate(
        by=list(by),
        customers=customers.count(),
        repeat_customers=(customers.orders >= 2).sum(),
        orders=customers.orders.sum(),
        revenue=customers.revenue.sum(),
        lifetime_seconds=customers.lifetime_seconds.sum(),
        trailing_buyers=(customers.trailing_orders > 0).sum(),
        trailing_orders=customers.trailing_orders.sum(),
        first_order=customers.first_order.min(),
        last_order=customers.last_order.max(),
    )


def _periods(calendar: Calendar) -> ir.Table:
    """The calendar's periods with the bits of their boundaries, to be laid over customers."""
    words = word_count(len(calendar.boundaries))
    months = MONTHS_IN[calendar.unit]
    rows = []
    for period in calendar.periods:
        first = calendar.month_number(period.start)
        reach = min(period.end, calendar.after)
        marks = {
            "at_start": first,
            "at_end": first + months,
            "last_month": calendar.month_number(reach - timedelta(days=1)),
        }
        rows.append(
            {
                "period": first // months,
                "start": period.start,
                "end": period.end,
                "from_month": first,
                "to_month": first + months,
                "trailing_from": reach - timedelta(days=TRAILING_DAYS),
                "trailing_to": reach,
            }
            | {
                f"{name}_{word}": bits
                for name, bit in marks.items()
                for word, bits in enumerate(words_of(bit, bit + 1, words))
            }
        )
    return ibis.memtable(pa.Table.from_pylist(rows))


def added_up(parts: Sequence[ir.Table], keys: Sequence[str], counts: Sequence[str]) -> ir.Table:
    """Tables with some of the counts each, as one; a union and not a join, for slices may be null."""
    zero = {name: ibis.literal(0, MONEY if name == "revenue" else "int64") for name in counts}
    filled = [
        part.select(
            *keys,
            **{name: part[name].cast(zero[name].type()) if name in part.columns else zero[name] for name in counts},
        )
        for part in parts
    ]
    together = reduce(lambda left, right: left.union(right), filled)
    sums = together.group_by(*keys).agg(**{name: together[name].sum() for name in counts})
    return sums.select(*keys, **{name: sums[name].cast(zero[name].type()) for name in counts})
