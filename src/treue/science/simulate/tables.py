"""Arrays into the Arrow tables of a shop."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from treue.science.simulate import shop
from treue.science.simulate.baskets import Lines
from treue.science.simulate.buying import Buyers, Purchases
from treue.science.simulate.catalogue import Catalogue
from treue.science.simulate.choice import number_within
from treue.science.simulate.clock import Clock
from treue.science.simulate.parameters import COUNTRIES, CURRENCY
from treue.science.simulate.people import people
from treue.science.simulate.returns import Refunds
from treue.science.simulate.words import Words

DIGITS = 7  # of a customer number
MEAN_HOURS_TO_CHECK_OUT = 0.2


def customers_table(rng: np.random.Generator, buyers: Buyers, clock: Clock, words: Words) -> pa.Table:
    """One row per customer; they sign up minutes before their first order."""
    before = np.minimum(rng.exponential(MEAN_HOURS_TO_CHECK_OUT, len(buyers.number)), buyers.joined)
    columns = {
        "number": pc.binary_join_element_wise("K", _padded(buyers.number), ""),
        **people(rng, buyers.country, buyers.number),
        "country": _named(COUNTRIES, buyers.country),
        "channel": _named(words.channels, buyers.channel),
        "signed_up_at": clock.moments(buyers.joined - before),
    }
    return pa.table({field: columns[field] for field in shop.CUSTOMERS.names}, schema=shop.CUSTOMERS)


def orders_table(
    customers: pa.Table,
    buyers: Buyers,
    made: Purchases,
    channel: NDArray[np.int64],
    clock: Clock,
    words: Words,
) -> pa.Table:
    """One row per order. Its number is the day and the customer's, with a further digit for the second
    order of a day: it is unique without knowing any other customer's orders."""
    buyer = pa.array(made.buyer)
    return pa.table(
        {
            "number": _numbers("", made.hours, buyers.number[made.buyer], clock, mark="-"),
            "customer": customers["number"].combine_chunks().take(buyer),
            "ordered_at": clock.moments(made.hours),
            "channel": _named(words.channels, channel),
            "country": customers["country"].combine_chunks().take(buyer),
            "currency": pa.repeat(CURRENCY, len(buyer)),
        },
        schema=shop.ORDERS,
    )


def lines_table(orders: pa.Table, lines: Lines, catalogue: Catalogue) -> pa.Table:
    """One row per order line."""
    return pa.table(
        {
            "order_number": orders["number"].combine_chunks().take(pa.array(lines.order)),
            "ordinal": lines.ordinal.astype(np.int32),
            "product": _named(catalogue.code, lines.product),
            "quantity": lines.quantity.astype(np.float64),
            "unit_price": lines.price,
            "amount": np.round(lines.quantity * lines.price, 2),
        },
        schema=shop.LINES,
    )


def refunds_table(
    customers: pa.Table,
    orders: pa.Table,
    buyers: Buyers,
    back: Refunds,
    catalogue: Catalogue,
    clock: Clock,
    words: Words,
) -> pa.Table:
    """One row per refund. Its number begins with C and never equals an order's without that letter."""
    order = pa.array(back.order, mask=back.order < 0)
    return pa.table(
        {
            "number": _numbers("C", back.hours, buyers.number[back.buyer], clock, mark="-R"),
            "order_number": orders["number"].combine_chunks().take(order),
            "customer": customers["number"].combine_chunks().take(pa.array(back.buyer)),
            "product": _named(catalogue.code, back.product),
            "quantity": back.quantity.astype(np.float64),
            "amount": np.round(back.quantity * back.price, 2),
            "refunded_at": clock.moments(back.hours),
            "reason": _named(words.reasons, back.reason),
        },
        schema=shop.REFUNDS,
    )


def _numbers(
    prefix: str, hours: NDArray[np.float64], customer: NDArray[np.int64], clock: Clock, *, mark: str
) -> pa.Array:
    """yymmdd-customer, and for a customer's second, third, … of a day `mark` and the count. Refunds
    always carry mark and count. hours, customer: (n,), sorted by customer, then time."""
    day = (hours // 24).astype(np.int64)
    starts = np.ones(len(day), dtype=np.bool_)
    starts[1:] = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
    count = number_within(starts)
    highest = int(count.max(initial=1))
    plain = "" if mark == "-" else f"{mark}1"
    endings = [plain, *(f"{mark}{n}" for n in range(2, highest + 1))]
    days = pa.array(_day_codes(clock.start, int(day.max(initial=0)) + 1)).take(pa.array(day))
    dashed = pc.binary_join_element_wise(days, _padded(customer), "-")
    return pc.binary_join_element_wise(prefix, dashed, pa.array(endings).take(pa.array(count - 1)), "")


def _day_codes(start: date, days: int) -> list[str]:
    codes = np.datetime_as_string(np.datetime64(start, "D") + np.arange(days))
    return [code[2:].replace("-", "") for code in codes]


def _padded(numbers: NDArray[np.int64]) -> pa.Array:
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), DIGITS, "0")


def _named(names: tuple[str, ...] | NDArray[np.str_], position: NDArray[np.int64]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(position))
