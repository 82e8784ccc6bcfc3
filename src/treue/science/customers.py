"""One row per customer: everything the retention figures ask of a history, in a few numbers."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from treue.science.calendar import Calendar
from treue.science.engine import MONEY, epoch_seconds, first_by, money, union_of_bits, zone_of
from treue.science.errors import MomentsWithZone
from treue.science.masks import word_count, word_names, words_of

SLICES = ("channel", "country", "category")
TRAILING_DAYS = 365
MASKS = ("active", "trailing", "bought")
NAMES = {"customer_id": "customer", "order_id": "order_no"}


def customer_table(orders: ir.Table, calendar: Calendar, *, by: Sequence[str] = SLICES) -> ir.Table:
    """Each customer's history up to `calendar.as_of`, one row per customer.

    orders: `customer` (or `customer_id`), `order_no` (or `order_id`), `ordered_at` (naive,
    shop-local), `revenue`, and the slice columns named in `by`. Orders before `calendar.first_day`
    or after `calendar.as_of` do not count.
    Columns:
    - `customer`, `first_order`, `second_order` (null if there is none), `last_order`: moments;
    - `orders` (count), `revenue` (money), `lifetime_seconds` (first to last order, the sum of the
      gaps between), `trailing_orders` (in the 365 days to as_of);
    - the slices: those of the first order by time, then order number;
    - `first_month`: its number among `calendar.boundaries`;
    - `active_<word>`: bit b set if a customer at boundary b, in the calendar's activity window;
    - `trailing_<word>`: bit m set if there is an order in the 365 days to the end of month m, or
      to as_of where that is earlier;
    - `bought_<word>`: bit m set if there is an order in month m.
    An expression: whatever of it is not asked for is not computed.
    """
    dated = on_days(orders, calendar)
    trailing_start = calendar.after - timedelta(days=TRAILING_DAYS)
    moment = dated.ordered_at
    customers = dated.group_by("customer").agg(
        first_order=moment.min(),
        # Spark refuses to look beyond the end of a list
        second_order=ibis.ifelse(dated.count() > 1, moment.collect().sort()[1], None),
        last_order=moment.max(),
        orders=dated.count(),
        revenue=dated.revenue.sum().cast(MONEY),
        trailing_orders=(dated.day >= trailing_start).cast("int64").sum(),
        first_month=dated.month.min(),
        **{word: union_of_bits(dated[word]) for name in MASKS for word in mask_words(name, calendar)},
        **({"of_first": first_by({name: dated[name] for name in by}, [moment, dated.order_no])} if by else {}),
    )
    if by:
        customers = customers.unpack("of_first")
    return customers.mutate(lifetime_seconds=epoch_seconds(customers.last_order) - epoch_seconds(customers.first_order))


def on_days(orders: ir.Table, calendar: Calendar) -> ir.Table:
    """The orders that count, each with what its day says about months and windows.

    A window reaches over whole days, so a table of the calendar's days, a thousand rows in three
    years, answers by a join what arithmetic would work out anew for every order.
    Raises MomentsWithZone.
    """
    if zone := zone_of(orders, "ordered_at"):
        raise MomentsWithZone("ordered_at", zone)
    orders = orders.rename({new: old for old, new in NAMES.items() if old in orders.columns})
    orders = orders.mutate(revenue=money(orders.revenue), day=orders.ordered_at.date())
    return orders.inner_join(ibis.memtable(_days(calendar)), "day")


def mask_words(name: str, calendar: Calendar) -> tuple[str, ...]:
    """The word columns of one mask; there is a bit for every one of the calendar's boundaries."""
    return word_names(name, word_count(len(calendar.boundaries)))


@lru_cache(maxsize=16)
def _days(calendar: Calendar) -> pa.Table:
    days = [calendar.first_day + timedelta(days=number) for number in range((calendar.after - calendar.first_day).days)]
    ends = [min(end, calendar.after) for end in calendar.boundaries[1:]]
    months = [calendar.month_number(day) for day in days]
    spans = {
        "active": [_reached(calendar.boundaries, day, calendar.window_days) for day in days],
        "trailing": [_reached(ends, day, TRAILING_DAYS) for day in days],
        "bought": [(month, month + 1) for month in months],
    }
    columns = {"day": pa.array(days, pa.date32()), "month": pa.array(months, pa.int32())}
    for name, bits in spans.items():
        names = mask_words(name, calendar)
        words = zip(*(words_of(*span, len(names)) for span in bits), strict=True)
        columns |= {column: pa.array(word, pa.int64()) for column, word in zip(names, words, strict=True)}
    return pa.table(columns)


def _reached(moments: Sequence[date], day: date, window_days: int) -> tuple[int, int]:
    """Which moments, by number, an order of that day makes its customer reach: first, and after."""
    return bisect_right(moments, day), bisect_right(moments, day + timedelta(days=window_days))
