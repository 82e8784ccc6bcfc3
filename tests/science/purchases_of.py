"""Purchases of small shops for tests of recommendations."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

FIRST = datetime(2024, 1, 1, 12)
Bought = tuple[str | None, str | None, int]


def purchase_table(rows: Iterable[Bought], **more: list[float | None]) -> pa.Table:
    """A row per (customer, product, day after the first of January 2024)."""
    customers, products, days = zip(*rows, strict=True) if (rows := list(rows)) else ((), (), ())
    return pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "product_id": pa.array(products, pa.string()),
            "ordered_at": pa.array([FIRST + timedelta(days=day) for day in days], pa.timestamp("us")),
            **more,
        }
    )


def day(number: int) -> date:
    return (FIRST + timedelta(days=number)).date()


@st.composite
def bought_lists(draw: st.DrawFn, *, customers: int = 6, products: int = 7, days: int = 80) -> list[Bought]:
    """Few customers and products, so that the same ones meet again and much ties."""
    row = st.tuples(
        st.integers(1, customers).map("c{}".format),
        st.integers(1, products).map("p{}".format),
        st.integers(0, days),
    )
    return draw(st.lists(row, min_size=1, max_size=60))


def circles(customers: int = 90) -> list[Bought]:
    """Three circles of customers with eight products each. Everybody has four favourites and buys two of them at each
    of their visits over 160 days, now and then another one of the circle."""
    rng = np.random.default_rng(11)
    rows: list[Bought] = []
    for customer in range(customers):
        own = [f"{'abc'[customer % 3]}{number}" for number in rng.permutation(8)]
        at = int(rng.integers(0, 20))
        while at < 160:
            rows += [(f"c{customer:03d}", own[number], at) for number in rng.choice(4, 2, replace=False)]
            if rng.random() < 0.2:
                rows.append((f"c{customer:03d}", own[rng.integers(4, 8)], at))
            at += int(rng.integers(8, 45))
    return rows
