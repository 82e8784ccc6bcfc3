"""Generated histories of orders and lines, crowded around the edges where definitions bite."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from tests.science.twin import Order
from tests.science.twin_lines import Line

MONEY = pa.decimal128(18, 4)
WINDOWS = st.sampled_from([1, 7, 30, 31, 90, 365, 366, 1000])
UNITS = st.sampled_from(["month", "quarter", "year"])
BY = st.sampled_from([(), ("channel",), ("country", "category"), ("channel", "country", "category")])

# Leap day, the days the clocks change in Berlin, ends of months, quarters and years, and the days
# 30, 90 and 365 days from a boundary.
EDGES = [
    date(2023, 1, 1), date(2023, 3, 26), date(2023, 3, 31), date(2023, 4, 1), date(2023, 10, 29),
    date(2023, 12, 2), date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 2), date(2024, 2, 29),
    date(2024, 3, 1), date(2024, 3, 31), date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 28),
]  # fmt: skip
SHORT = st.one_of(st.sampled_from(EDGES), st.dates(date(2023, 1, 1), date(2025, 3, 1)))
LONG = st.one_of(st.sampled_from(EDGES), st.dates(date(2011, 1, 1), date(2025, 3, 1)))
CLOCK = st.sampled_from(
    [
        timedelta(0),
        timedelta(microseconds=1),
        timedelta(hours=2, minutes=30),
        timedelta(hours=12, microseconds=500_000),
        timedelta(days=1) - timedelta(microseconds=1),
    ]
)
CHANNELS = st.sampled_from(["web", "shop", None])
COUNTRIES = st.sampled_from(["DE", "AT", None])
CATEGORIES = st.sampled_from(["tea", "cups"])


@st.composite
def moments(draw: st.DrawFn, days: st.SearchStrategy[date]) -> datetime:
    return datetime.combine(draw(days), datetime.min.time()) + draw(CLOCK)


@st.composite
def order_lists(draw: st.DrawFn, days: st.SearchStrategy[date] = SHORT) -> list[Order]:
    rows = st.tuples(st.integers(1, 5), moments(days), st.integers(1, 9999), CHANNELS, COUNTRIES, CATEGORIES)
    drawn = draw(st.lists(rows, min_size=1, max_size=25))
    numbers = draw(st.permutations(range(len(drawn))))
    return [
        Order(customer, number, at, Decimal(cents) / 100, *slices)
        for number, (customer, at, cents, *slices) in zip(numbers, drawn, strict=True)
    ]


@st.composite
def line_lists(draw: st.DrawFn) -> list[Line]:
    """Purchases and refunds of two customers and two products, in orders of several lines."""
    few_days = st.dates(date(2024, 2, 25), date(2024, 4, 5))
    rows = st.tuples(
        st.sampled_from(["purchase", "purchase", "refund"]),
        st.sampled_from("ab"),
        st.sampled_from(["1", "2", "3", "C1", "C7"]),
        moments(few_days),
        st.sampled_from(["x", "y", None]),
        st.integers(1, 6),
        st.sampled_from([Decimal(0), Decimal(100), Decimal("100.5"), Decimal(250)]),
        st.sampled_from([None, None, "1", "2", "9"]),
        CHANNELS,
        COUNTRIES,
        CATEGORIES,
    )
    return [
        Line(
            line_no=number,
            customer=customer,
            order_no=order_no,
            at=at,
            product=product,
            quantity=quantity,
            amount=cents * quantity / 100,
            kind=kind,
            refund_of=refund_of if kind == "refund" else None,
            ordinal=number,
            channel=channel,
            country=country,
            category=category,
        )
        for number, (
            kind, customer, order_no, at, product, quantity, cents, refund_of, channel, country, category,
        ) in enumerate(draw(st.lists(rows, max_size=20)), start=2)
    ]  # fmt: skip


def order_table(orders: list[Order]) -> pa.Table:
    """Orders as Arrow, as the lake has them."""
    return pa.table(
        {
            "customer_id": pa.array([each.customer for each in orders], pa.int64()),
            "order_id": pa.array([each.order_no for each in orders], pa.int64()),
            "ordered_at": pa.array([each.ordered_at for each in orders], pa.timestamp("us")),
            "revenue": pa.array([each.revenue for each in orders], MONEY),
            **{
                name: pa.array([getattr(each, name) for each in orders], pa.string())
                for name in ("channel", "country", "category")
            },
        }
    )


def line_table(lines: list[Line]) -> pa.Table:
    """Lines as Arrow, as the reading stage makes them."""
    kinds = {
        "line_no": pa.int64(),
        "ordinal": pa.int32(),
        "at": pa.timestamp("us"),
        "quantity": pa.float64(),
        "amount": pa.float64(),
    }
    names = (
        "line_no", "customer", "order_no", "ordinal", "at", "product", "quantity", "amount", "kind", "refund_of",
        "channel", "country", "category",
    )  # fmt: skip
    return pa.table(
        {
            name: pa.array(
                [float(line.amount) if name == "amount" else getattr(line, name) for line in lines],
                kinds.get(name, pa.string()),
            )
            for name in names
        }
    )
