"""The tables of a simulated shop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from treue.science.simulate.truth import Truth, joined

MOMENT = pa.timestamp("us")

CUSTOMERS = pa.schema(
    [
        ("number", pa.string()),
        ("email", pa.string()),
        ("name", pa.string()),
        ("city", pa.string()),
        ("country", pa.string()),
        ("channel", pa.string()),
        ("signed_up_at", MOMENT),
    ]
)
PRODUCTS = pa.schema(
    [
        ("code", pa.string()),
        ("name", pa.string()),
        ("category", pa.string()),
        ("unit_price", pa.float64()),
        ("unit_cost", pa.float64()),
    ]
)
ORDERS = pa.schema(
    [
        ("number", pa.string()),
        ("customer", pa.string()),
        ("ordered_at", MOMENT),
        ("channel", pa.string()),
        ("country", pa.string()),
        ("currency", pa.string()),
    ]
)
LINES = pa.schema(
    [
        ("order_number", pa.string()),
        ("ordinal", pa.int32()),
        ("product", pa.string()),
        ("quantity", pa.float64()),
        ("unit_price", pa.float64()),
        ("amount", pa.float64()),
    ]
)
REFUNDS = pa.schema(
    [
        ("number", pa.string()),
        ("order_number", pa.string()),
        ("customer", pa.string()),
        ("product", pa.string()),
        ("quantity", pa.float64()),
        ("amount", pa.float64()),
        ("refunded_at", MOMENT),
        ("reason", pa.string()),
    ]
)
COSTS = pa.schema([("channel", pa.string()), ("month", pa.date32()), ("amount", pa.float64())])


@dataclass(frozen=True)
class Shop:
    """A shop, or a part of one: a contiguous range of its customers with all that belongs to them.

    Rows are sorted by customer, then time. Moments are naive and shop-local, money is EUR with cents.
    `products` and `costs` are the whole shop's in every part. `refunds.order_number` is null where the
    refund does not say which order it belongs to.
    """

    customers: pa.Table
    products: pa.Table
    orders: pa.Table
    lines: pa.Table
    refunds: pa.Table
    costs: pa.Table
    truth: Truth


def together(parts: Iterable[Shop]) -> Shop:
    """Several parts of one shop as one, in their order."""
    shops = list(parts)

    def table(name: str) -> pa.Table:
        return pa.concat_tables([getattr(shop, name) for shop in shops]).combine_chunks()

    return Shop(
        customers=table("customers"),
        products=shops[0].products,
        orders=table("orders"),
        lines=table("lines"),
        refunds=table("refunds"),
        costs=shops[0].costs,
        truth=joined([shop.truth for shop in shops]),
    )
