"""What models ask of a table of orders: whose, on which day, for how much. What is no purchase is counted by reason."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from treue.science.engine import least_by, money, zone_of
from treue.science.errors import MissingColumn, MomentsWithZone, WrongColumnType

COLUMNS = ("customer_id", "order_id", "ordered_at", "amount")
LARGEST_AMOUNT = 1e13
TOTAL = dt.Decimal(38, 4)
REASONS = ("no_customer", "no_moment", "no_amount", "negative", "after_until")
EPOCH = date(1970, 1, 1)
HISTORY = ("first_day", "last_day", "purchase_days", "spent", "spent_first_day")


def purchases(orders: ir.Table, until: date) -> ir.Table:
    """The orders that are purchases up to a day, as `customer_id`, `day` (days since 1970) and `amount` (18,4).

    orders: a row per order, in any order: `customer_id` (any type), `ordered_at` (naive, shop-local, or a day) and
    `amount` (any number). until: last day included. A row without customer, moment or amount, or with an amount below
    nothing, is no purchase (`set_aside` counts them): refunds are to be restated first (`orders.restate`), which also
    leaves out what adds up to nothing. What was given away counts as a purchase here, as the papers count it.
    Raises MissingColumn, WrongColumnType, MomentsWithZone.
    """
    kept = _kept(orders, until)
    return kept.select("customer_id", day=_number_of(kept.date), amount="amount")


def histories(orders: ir.Table, until: date) -> ir.Table:
    """A row per customer of whom a purchase up to a day is known: `customer_id` and `HISTORY`.

    orders, until: as of `purchases`, which says what is one. All purchases of a day are one.
    - `first_day`, `last_day`: of a purchase, days since 1970; `purchase_days`: how many there are, count;
    - `spent`, `spent_first_day`: on all of them, and on the first (decimal 38,4).
    Raises MissingColumn, WrongColumnType, MomentsWithZone.
    """
    days = _kept(orders, until).group_by("customer_id", "date").agg(amount=ibis._.amount.sum())
    return days.group_by("customer_id").agg(
        first_day=_number_of(days.date.min()),
        last_day=_number_of(days.date.max()),
        purchase_days=days.count().cast("int64"),
        spent=days.amount.sum().cast(TOTAL),
        spent_first_day=least_by(days.amount, days.date).cast(TOTAL),
    )


def set_aside(orders: ir.Table, until: date) -> Mapping[str, int]:
    """How many rows are no purchases, by reason, the first of `REASONS` that holds. Reads the orders."""
    conditions = _conditions(orders, until)
    reason = ibis.cases(*((conditions[name], name) for name in REASONS), else_=ibis.null("string"))
    judged = orders.select(reason=reason)
    rows = judged.filter(judged.reason.notnull()).group_by("reason").agg(rows=ibis._.count()).to_pyarrow().to_pylist()
    found = {row["reason"]: row["rows"] for row in rows}
    return {reason: found[reason] for reason in REASONS if reason in found}


def day_number(day: date) -> int:
    return (day - EPOCH).days


def _kept(orders: ir.Table, until: date) -> ir.Table:
    """Purchases with their `date`, by which an engine groups faster than by its number."""
    is_none = reduce(or_, _conditions(orders, until).values())
    kept = orders.filter(~is_none.fill_null(True))
    return kept.select("customer_id", date=kept.ordered_at.cast("date"), amount=money(kept.amount))


def _number_of(day: ir.DateValue) -> ir.IntegerValue:
    return day.epoch_days().cast("int64")


def _conditions(orders: ir.Table, until: date) -> Mapping[str, ir.BooleanColumn]:
    """Why a row is no purchase, by reason."""
    _require_columns(orders)
    customer, amount = orders.customer_id, orders.amount.cast("float64")
    nobody = customer.isnull()
    if customer.type().is_floating():
        nobody = nobody | customer.isnan()
    elif customer.type().is_string():
        nobody = nobody | (customer.strip() == "")
    return {
        "no_customer": nobody,
        "no_moment": orders.ordered_at.isnull(),
        # not a number is larger than every number, in DuckDB and in Spark
        "no_amount": amount.isnull() | (amount.abs() > LARGEST_AMOUNT),
        "negative": amount < 0,
        "after_until": orders.ordered_at.cast("date") > until,
    }


def _require_columns(orders: ir.Table) -> None:
    for column in ("customer_id", "ordered_at", "amount"):
        if column not in orders.columns:
            raise MissingColumn(column, orders.columns)
    moment, amount = orders.ordered_at.type(), orders.amount.type()
    if not (moment.is_timestamp() or moment.is_date()):
        raise WrongColumnType("ordered_at", str(moment), "timestamp or date")
    if zone := zone_of(orders, "ordered_at"):
        raise MomentsWithZone("ordered_at", zone)
    if not amount.is_numeric():
        raise WrongColumnType("amount", str(amount), "number")
