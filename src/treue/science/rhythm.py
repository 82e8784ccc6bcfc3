"""How often each customer usually buys, when the next purchase is to be expected, and how late it is."""

from datetime import date

import ibis
import ibis.expr.types as ir

from treue.science.asked import whole
from treue.science.purchases import EPOCH, day_number, purchases

FEWEST_DAYS = 4
ON_TIME, DUE, OVERDUE, LONG_OVERDUE, UNKNOWN = "on time", "due", "overdue", "long overdue", "unknown"
STATES = (ON_TIME, DUE, OVERDUE, LONG_OVERDUE, UNKNOWN)

# How much longer than usual is nothing unusual yet.
LEAST_RATIO, MOST_RATIO, LEAST_DAYS = 1.5, 3.0, 7
LONG = 2.0


def rhythms(orders: ir.Table, *, as_of: date) -> ir.Table:
    """A row per customer: what is usual, what is to be expected, and how it stands.

    orders: as `purchases.purchases` asks for them; all orders of a day are one. as_of: last day included.
    - `customer_id`, `purchase_days` (count), `last_date` (of the last purchase), `days_since` (from it to as_of);
    - `rhythm_days`: the median pause from one day with a purchase to the next, with the quartiles of the pauses,
      `quartile_low_days` and `quartile_high_days`, and the longest, `longest_days`;
    - `expected_date`: last_date and rhythm_days later, half a day counting as one; it may have passed;
    - `patience_days`: the longest pause so far, but at most MOST_RATIO rhythms, and at least LEAST_RATIO rhythms and
      LEAST_DAYS more than one;
    - `ratio`: days_since ÷ rhythm_days;
    - `state`: 'on time' up to and including rhythm_days, then 'due' up to patience_days, 'overdue' up to LONG times
      that, and 'long overdue'. With fewer than FEWEST_DAYS purchase days 'unknown', and what is usual is null.

    The median is the customer's own, not drawn towards the shop's: docs/science.md gives the measurement.
    Raises MissingColumn, WrongColumnType, MomentsWithZone.
    """
    customers = _paused(orders, as_of)
    customers = customers.mutate(
        patience_days=_patience(customers.rhythm_days, customers.longest_days),
        ratio=customers.days_since / customers.rhythm_days,
    )
    expected = customers.last_day + customers.rhythm_days.ceil().cast("int64")
    return customers.select(
        "customer_id",
        "purchase_days",
        "days_since",
        "rhythm_days",
        "quartile_low_days",
        "quartile_high_days",
        "longest_days",
        "patience_days",
        "ratio",
        last_date=_date(customers.last_day),
        expected_date=_date(expected),
        state=_state(customers),
    )


def came_back(orders: ir.Table, *, as_of: date, days: int) -> ir.Table:
    """How far the states can be trusted: `state`, `customers`, and how many of them `bought` in the `days` after as_of.

    orders: must reach `days` beyond as_of, or some who are still to come are counted as gone. States of nobody have no
    row. Raises what `rhythms` raises, and ImpossibleHorizon for anything but days, from 1 on.
    """
    days = whole("days", days, least=1, most=date.max.toordinal() - as_of.toordinal())
    cut = day_number(as_of)
    until = date.fromordinal(as_of.toordinal() + days)
    later = purchases(orders, until).filter(ibis._.day > cut).select(buyer="customer_id").distinct()
    judged = rhythms(orders, as_of=as_of).select("customer_id", "state")
    judged = judged.left_join(later, judged.customer_id == later.buyer)
    return judged.group_by("state").agg(
        customers=ibis._.count(), bought=judged.buyer.notnull().cast("int64").sum().cast("int64")
    )


def _paused(orders: ir.Table, as_of: date) -> ir.Table:
    days = purchases(orders, as_of).select("customer_id", "day").distinct()
    before = days.day.lag().over(ibis.window(group_by="customer_id", order_by="day"))
    pauses = days.mutate(pause=days.day - before)
    customers = pauses.group_by("customer_id").agg(
        purchase_days=pauses.count().cast("int64"),
        last_day=pauses.day.max(),
        quartiles=pauses.pause.quantile([0.25, 0.5, 0.75]),
        longest=pauses.pause.max(),
    )
    known = customers.purchase_days >= FEWEST_DAYS
    low, middle, high = (ibis.ifelse(known, customers.quartiles[place], ibis.null("float64")) for place in range(3))
    return customers.mutate(
        days_since=day_number(as_of) - customers.last_day,
        rhythm_days=middle,
        quartile_low_days=low,
        quartile_high_days=high,
        longest_days=ibis.ifelse(known, customers.longest, ibis.null("int64")),
    )


def _patience(rhythm: ir.FloatingValue, longest: ir.IntegerValue) -> ir.FloatingValue:
    seen = ibis.least(longest.cast("float64"), rhythm * MOST_RATIO)
    return ibis.greatest(seen, rhythm * LEAST_RATIO, rhythm + LEAST_DAYS)


def _state(customers: ir.Table) -> ir.StringValue:
    since = customers.days_since
    return ibis.cases(
        (customers.rhythm_days.isnull(), UNKNOWN),
        (since <= customers.rhythm_days, ON_TIME),
        (since <= customers.patience_days, DUE),
        (since <= customers.patience_days * LONG, OVERDUE),
        else_=LONG_OVERDUE,
    )


def _date(day: ir.IntegerValue) -> ir.DateValue:
    return ibis.literal(EPOCH) + day.as_interval("D")
