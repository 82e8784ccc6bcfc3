"""Generated purchases of a few customers, with ties everywhere and among them what is no purchase."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import ibis
import pyarrow as pa
from hypothesis import strategies as st

FIRST = date(2024, 1, 1)


@dataclass(frozen=True)
class Bought:
    """One order, as a model of customers asks for it."""

    customer: str | None
    at: datetime | None
    amount: Decimal | None


def on(customer: str, *days: int, amount: int = 10) -> list[Bought]:
    """A customer's orders at noon, on these days after the first of 2024."""
    return [Bought(customer, _noon(day), Decimal(amount)) for day in days]


def table_of(orders: list[Bought]) -> ibis.Table:
    return ibis.memtable(
        pa.table(
            {
                "customer_id": pa.array([each.customer for each in orders], pa.string()),
                "order_id": pa.array(range(len(orders)), pa.int64()),
                "ordered_at": pa.array([each.at for each in orders], pa.timestamp("us")),
                "amount": pa.array([each.amount for each in orders], pa.decimal128(18, 4)),
            }
        )
    )


def buyers(most_customers: int, last_day: int, most_orders: int) -> st.SearchStrategy[list[Bought]]:
    customers = st.sampled_from([None, *(f"c{number}" for number in range(most_customers))])
    moments = st.one_of(
        st.none(), st.builds(_noon, st.integers(0, last_day)), st.builds(_late, st.integers(0, last_day))
    )
    amounts = st.sampled_from([None, Decimal(-3), Decimal(0), Decimal(5), Decimal(5), Decimal(10), Decimal("10.0001")])
    return st.lists(st.builds(Bought, customers, moments, amounts), max_size=most_orders)


def days_of(orders: list[Bought], as_of: date) -> dict[str, dict[date, Decimal]]:
    """What each customer spent on which day, by the words of `purchases`: the slow way."""
    found: dict[str, dict[date, Decimal]] = {}
    for order in orders:
        if order.customer is None or order.at is None or order.amount is None or order.amount < 0:
            continue
        day = order.at.date()
        if day <= as_of:
            days = found.setdefault(order.customer, {})
            days[day] = days.get(day, Decimal(0)) + order.amount
    return found


def _noon(day: int) -> datetime:
    return datetime.combine(FIRST, time(12)) + timedelta(days=day)


def _late(day: int) -> datetime:
    return datetime.combine(FIRST, time.max) + timedelta(days=day)
