"""What rules would have given for the orders of the past: points, what they cost, and how many they reach.

Everybody who bought is taken for a member. Deeds are none of it: of most of them the past knows nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from treue.act.loyalty.earning import history
from treue.act.loyalty.earning.earned import Earned
from treue.act.loyalty.earning.evaluation import day_of, points_of
from treue.act.loyalty.earning.purchases import Purchase
from treue.act.loyalty.earning.rules import FirstPurchase, RuleSet
from treue.act.loyalty.earning.standing import Standing, Tally
from treue.core.shop.models import Shop

ORDERS_AT_ONCE = 500
ONE_DAY = timedelta(days=1)


class Outcome(NamedTuple):
    """One order of the past and what it would have earned. day: of the shop."""

    customer_id: int
    day: date
    purchase: Purchase
    earned: Earned


class Belonging(NamedTuple):
    """To which tier and which segments a customer belongs."""

    tier: str = ""
    segments: frozenset[str] = frozenset()


NOWHERE = Belonging()
Where = Callable[[int, date], Belonging]
Advance = Callable[[int], None]


def nowhere(customer_id: int, day: date) -> Belonging:
    return NOWHERE


def unwatched(orders: int) -> None:
    return


@dataclass(frozen=True)
class Sum:
    """orders, customers: how many earned something. cut: points that caps and budgets took off. cost: in the currency
    of the rules, unrounded."""

    orders: int = 0
    customers: int = 0
    points: int = 0
    qualifying: int = 0
    cut: int = 0
    cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class Replay:
    """by_month: every month from the first day to the last, by its first day. by_rule: every rule for orders, by name.
    Orders and customers of months and rules do not add up to those of `total`: some are of several."""

    total: Sum
    by_month: Mapping[date, Sum]
    by_rule: Mapping[str, Sum]


def size(shop: Shop, rules: RuleSet, since: date, until: date) -> int:
    """How many orders a replay reads, to show how far it is."""
    with history.opened(shop, rules.tz, since, until) as past:
        return past.count()


def replay(
    shop: Shop,
    rules: RuleSet,
    since: date,
    until: date,
    *,
    point_value: Decimal,
    redeemed_share: Decimal,
    where: Where = nowhere,
    advance: Advance = unwatched,
) -> Replay:
    """The sum over the orders of the days from `since` to the one before `until`.

    point_value: what a redeemed point costs, in the currency of the rules. redeemed_share: how many of all points are
    expected to be redeemed, from 0 to 1. where: see `outcomes`. advance: is told now and then how many more orders are
    done; what it raises ends the replay. Raises OtherCurrency where the shop's orders are in another currency.
    """
    return added_up(
        outcomes(shop, rules, since, until, where=where, advance=advance),
        rules,
        since,
        until,
        cost=point_value * redeemed_share,
    )


def outcomes(
    shop: Shop, rules: RuleSet, since: date, until: date, *, where: Where = nowhere, advance: Advance = unwatched
) -> Iterator[Outcome]:
    """Order by order, by moment and number, each when it is asked for.

    where: is asked just before an order is reckoned, when whoever reads these outcomes has had all earlier ones; so
    that they may move customers from tier to tier by what they earned. Orders of which nothing is left are none.
    """
    tally = Tally(rules)
    with history.opened(shop, rules.tz, since, until) as past:
        has_bonus = any(isinstance(each, FirstPurchase) for each in rules.for_orders)
        buyers = past.earlier_buyers() if has_bonus else set()
        for customer_id, purchase in _told_of(past.orders(), advance):
            if not purchase.is_purchase:
                continue
            day = day_of(purchase.moment, rules)
            is_first = has_bonus and customer_id not in buyers
            standing = Standing(*where(customer_id, day), is_first, *tally.so_far(customer_id, day))
            earned = points_of(purchase, rules, standing)
            tally.add(customer_id, day, earned)
            if has_bonus:
                buyers.add(customer_id)
            yield Outcome(customer_id, day, purchase, earned)


def _told_of(orders: Iterator[history.Bought], advance: Advance) -> Iterator[history.Bought]:
    while some := list(islice(orders, ORDERS_AT_ONCE)):
        yield from some
        advance(len(some))


def added_up(found: Iterable[Outcome], rules: RuleSet, since: date, until: date, *, cost: Decimal) -> Replay:
    """cost: of one point."""
    total = _Count()
    months = {month: _Count() for month in _months(since, until)}
    by_rule = {rule.name: _Count() for rule in rules.for_orders}
    for customer_id, day, _purchase, earned in found:
        if not earned.lines:
            continue
        for each in (total, months[day.replace(day=1)]):
            each.add(customer_id, earned.points, earned.qualifying, earned.cut)
        for line in earned.lines:
            by_rule[line.rule].add(customer_id, line.points, line.qualifying, line.cut)
    return Replay(
        total.sum(cost),
        {month: each.sum(cost) for month, each in months.items()},
        {rule: each.sum(cost) for rule, each in by_rule.items()},
    )


class _Count:
    def __init__(self) -> None:
        self.customers: set[int] = set()
        self.orders = self.points = self.qualifying = self.cut = 0

    def add(self, customer_id: int, points: int, qualifying: int, cut: int) -> None:
        self.cut += cut
        if points or qualifying:
            self.customers.add(customer_id)
            self.orders += 1
            self.points += points
            self.qualifying += qualifying

    def sum(self, cost: Decimal) -> Sum:
        return Sum(self.orders, len(self.customers), self.points, self.qualifying, self.cut, self.points * cost)


def _months(since: date, until: date) -> list[date]:
    """Their first days."""
    found, month = [], since.replace(day=1)
    while month < until:
        found.append(month)
        month = (month + 31 * ONE_DAY).replace(day=1)
    return found
