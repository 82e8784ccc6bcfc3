"""The definitions of retention in slow plain Python, written from their words and sharing no code.

Every figure is looked for by asking each customer, period and order one by one.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

DAY = timedelta(days=1)
YEAR_SECONDS = 365.25 * 24 * 60 * 60


@dataclass(frozen=True)
class Order:
    customer: object
    order_no: object
    ordered_at: datetime
    revenue: Decimal
    channel: str | None = None
    country: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class TwinPeriod:
    start: date
    end: date
    complete: bool
    warm_up: bool


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def next_month(day: date) -> date:
    return date(day.year + 1, 1, 1) if day.month == 12 else date(day.year, day.month + 1, 1)


def twin_periods(first_day: date, as_of: date, unit: str, window_days: int) -> list[TwinPeriod]:
    """Walks through the months one by one and closes a period when its last month is over."""
    found, start, day = [], date(first_day.year, 1, 1), date(first_day.year, 1, 1)
    while start <= as_of:
        day = next_month(day)
        over = {"month": True, "quarter": day.month in (1, 4, 7, 10), "year": day.month == 1}[unit]
        if over:
            if day > first_day:
                reaches_back = (start - first_day).days < window_days
                found.append(TwinPeriod(start, day, day <= as_of + DAY, reaches_back))
            start = day
    return found


def by_customer(orders: list[Order]) -> dict[object, list[Order]]:
    """Each customer's orders, first by time, then by order number."""
    found: dict[object, list[Order]] = {}
    for order in sorted(orders, key=lambda order: (order.ordered_at, order.order_no)):
        found.setdefault(order.customer, []).append(order)
    return found


def sliced(orders: list[Order], by: tuple[str, ...]) -> dict[tuple, list[Order]]:
    """Orders by the slice of their customer's first order."""
    found: dict[tuple, list[Order]] = {}
    for own in by_customer(orders).values():
        found.setdefault(tuple(getattr(own[0], name) for name in by), []).extend(own)
    return found


def ordered_within(orders: list[Order], start: date, end: date) -> list[Order]:
    return [order for order in orders if midnight(start) <= order.ordered_at < midnight(end)]


def customers_at(orders: list[Order], day: date, window_days: int) -> set:
    return {order.customer for order in ordered_within(orders, day - timedelta(days=window_days), day)}


def whole_seconds(moment: datetime) -> int:
    return (moment.replace(microsecond=0) - datetime(1970, 1, 1)) // timedelta(seconds=1)


def twin_period_counts(orders: list[Order], period: TwinPeriod, as_of: date, window_days: int) -> dict:
    histories = by_customer(orders)
    at_start = customers_at(orders, period.start, window_days)
    at_end = customers_at(orders, period.end, window_days)
    arrived = {c for c in at_end - at_start if histories[c][0].ordered_at >= midnight(period.start)}
    inside = ordered_within(orders, period.start, period.end)
    bought = Counter(order.customer for order in inside)
    moment = min(period.end, as_of + DAY)
    last_year = ordered_within(orders, moment - timedelta(days=365), moment)
    in_period = set(inside)
    gaps = [
        whole_seconds(order.ordered_at) - whole_seconds(before.ordered_at)
        for own in histories.values()
        for before, order in pairwise(own)
        if order in in_period
    ]
    return {
        "customers_start": len(at_start),
        "customers_end": len(at_end),
        "retained": len(at_start & at_end),
        "lost": len(at_start - at_end),
        "new": len(arrived),
        "won_back": len(at_end - at_start - arrived),
        "buyers": len(bought),
        "repeat_buyers": sum(times >= 2 for times in bought.values()),
        "orders": len(inside),
        "revenue": sum((order.revenue for order in inside), Decimal(0)),
        "first_buyers": sum(own[0] in in_period for own in histories.values()),
        "second_buyers": sum(len(own) > 1 and own[1] in in_period for own in histories.values()),
        "gap_seconds": sum(gaps),
        "trailing_buyers": len({order.customer for order in last_year}),
        "trailing_orders": len(last_year),
    }


def twin_totals(orders: list[Order], as_of: date) -> dict:
    histories = by_customer(orders).values()
    last_year = ordered_within(orders, as_of + DAY - timedelta(days=365), as_of + DAY)
    return {
        "customers": len(histories),
        "repeat_customers": sum(len(own) >= 2 for own in histories),
        "orders": len(orders),
        "revenue": sum((order.revenue for order in orders), Decimal(0)),
        "lifetime_seconds": sum(
            whole_seconds(own[-1].ordered_at) - whole_seconds(own[0].ordered_at) for own in histories
        ),
        "trailing_buyers": len({order.customer for order in last_year}),
        "trailing_orders": len(last_year),
        "first_order": min((order.ordered_at for order in orders), default=None),
        "last_order": max((order.ordered_at for order in orders), default=None),
    }


def twin_cohorts(orders: list[Order], first_day: date, as_of: date) -> list[dict]:
    """One row per month of first orders, with lists by months since; complete months only."""
    months = [each for each in twin_periods(first_day, as_of, "month", 1) if each.complete]
    found = []
    for begin in months:
        members = [own for own in by_customer(orders).values() if ordered_within(own[:1], begin.start, begin.end)]
        theirs = [order for own in members for order in own]
        cells = [ordered_within(theirs, month.start, month.end) for month in months if month.start >= begin.start]
        if members:
            found.append(
                {
                    "cohort": begin.start,
                    "size": len(members),
                    "repeaters": sum(len(own) >= 2 for own in members),
                    "retained": [len({order.customer for order in cell}) for cell in cells],
                    "orders": [len(cell) for cell in cells],
                    "revenue": [sum((order.revenue for order in cell), Decimal(0)) for cell in cells],
                }
            )
    return found
