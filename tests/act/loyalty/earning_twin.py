"""Earning once more: plainly, with fractions, and slowly. And orders and rules for Hypothesis."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from treue.act.loyalty.earning.purchases import Item, Purchase
from treue.act.loyalty.earning.rules import (
    Caps,
    Excluded,
    FirstPurchase,
    Goods,
    Multiplier,
    PerAmount,
    Period,
    PerOrder,
    PerUnit,
    Rounding,
    RuleSet,
    Stacking,
)
from treue.act.loyalty.earning.standing import Limit, Standing

BERLIN = ZoneInfo("Europe/Berlin")
ROUNDED = {
    Rounding.DOWN: floor,
    Rounding.UP: ceil,
    Rounding.HALF_UP: lambda number: floor(number + Fraction(1, 2)),
}


# The twin


def twin_points(order: Purchase, rules: RuleSet, standing: Standing) -> dict[str, tuple[int, int]]:
    """Redeemable and qualifying points by rule, without those that give neither before their limits."""
    gross = sum(Fraction(each.amount) for each in order.items)
    left = {place: max(Fraction(each.amount - each.amount_back), 0) for place, each in enumerate(order.items)}
    units = {place: max(Fraction(each.units - each.units_back), 0) for place, each in enumerate(order.items)}
    came_back = any(each.units_back > 0 for each in order.items)
    if gross <= 0 or sum(left.values()) <= 0 or (came_back and sum(units.values()) <= 0):
        return {}
    paid = Fraction(order.paid_with_points) * rules.excluded.is_for_points
    paid += Fraction(order.paid_with_vouchers) * rules.excluded.is_for_vouchers
    share = max(gross - paid, Fraction(0)) / gross
    day = order.moment.astimezone(ZoneInfo(rules.zone)).date()
    found = {}
    for rule in rules.rules:
        if not _within(day, rule.valid_from, rule.valid_until):
            continue
        items = [place for place, each in enumerate(order.items) if left[place] > 0 and _earns(each, rule, rules)]
        money = share * sum(left[place] for place in items)
        times = _times(rule, money, share * sum(units[place] for place in items), standing)
        factor = _factor(rule, day, standing)
        rate = rule.points if rule.qualifying is None else rule.qualifying
        points = ROUNDED[rules.rounding](rule.points * times * factor)
        qualifying = ROUNDED[rules.rounding](rate * times * (factor if rule.is_qualifying_multiplied else 1))
        if points or qualifying:
            found[rule.name] = (points, qualifying)
    return _limited(found, rules, standing)


def _earns(item: Item, rule: object, rules: RuleSet) -> bool:
    if (item.is_non_product and rules.excluded.is_for_non_products) or _one_of(item, rules.excluded.goods):
        return False
    if rule.kind == "per_unit":
        return _one_of(item, rule.only)
    if rule.kind == "per_amount":
        asked = rule.only.products or rule.only.categories
        return (not asked or _one_of(item, rule.only)) and not _one_of(item, rule.without)
    return True


def _one_of(item: Item, goods: Goods) -> bool:
    return item.product in goods.products or item.category in goods.categories


def _times(rule: object, money: Fraction, units: Fraction, standing: Standing) -> Fraction | int:
    if rule.kind == "per_unit":
        return units
    if rule.kind == "per_amount":
        return floor(money / Fraction(rule.amount)) if rule.is_by_whole_amounts else money / Fraction(rule.amount)
    if rule.kind == "first_purchase" and not standing.is_first_purchase:
        return 0
    return int(money > 0 and money >= Fraction(rule.minimum or 0))


def _factor(rule: object, day: date, standing: Standing) -> Fraction:
    factors = []
    for each in rule.multipliers:
        fits = [
            not each.weekdays or day.weekday() in each.weekdays,
            not each.tiers or standing.tier in each.tiers,
            not each.segments or set(each.segments) & standing.segments,
            _within(day, each.valid_from, each.valid_until),
        ]
        if all(fits):
            factors.append(Fraction(each.factor))
    if rule.stacking is Stacking.HIGHEST:
        return max(factors, default=Fraction(1))
    result = Fraction(1)
    for each in factors:
        result *= each
    return result


def _within(day: date, first: date | None, after: date | None) -> bool:
    return (first is None or day >= first) and (after is None or day < after)


def _limited(found: dict[str, tuple[int, int]], rules: RuleSet, standing: Standing) -> dict[str, tuple[int, int]]:
    own = {}
    for rule in rules.rules:
        if rule.name in found:
            points, qualifying = found[rule.name]
            caps = [(Period.DAY, rule.caps.day), (Period.MONTH, rule.caps.month), (Period.IN_ALL, rule.caps.in_all)]
            points = _least(points, [*caps, (Period.BUDGET, rule.budget)], rule.name, standing.given)
            own[rule.name] = points, _least(qualifying, caps, rule.name, standing.qualified)
    caps = [(Period.DAY, rules.caps.day), (Period.MONTH, rules.caps.month), (Period.IN_ALL, rules.caps.in_all)]
    points_left = _least(10**30, caps, "", standing.given)
    qualifying_left = _least(10**30, caps, "", standing.qualified)
    result = {}
    for name, (points, qualifying) in own.items():
        result[name] = min(points, points_left), min(qualifying, qualifying_left)
        points_left -= result[name][0]
        qualifying_left -= result[name][1]
    return result


def _least(points: int, limits: list, rule: str, given: Mapping[Limit, int]) -> int:
    left = [max(most - given.get(Limit(rule, period), 0), 0) for period, most in limits if most is not None]
    return min([points, *left])


# For Hypothesis

PRODUCTS, CATEGORIES = ("A", "B", "C", ""), ("Tea", "Coffee", "")
TIERS, SEGMENTS = ("Silver", "Gold"), ("loyal", "lost")

amounts = st.decimals("0.01", "400", places=2)
factors = st.sampled_from([Decimal(each) for each in ("0.5", "1", "1.333", "1.5", "2", "3")])
days = st.dates(date(2027, 12, 1), date(2028, 4, 30))
points = st.integers(1, 30)
limits = st.none() | st.integers(1, 600)
caps = st.builds(Caps, day=limits, month=limits, in_all=limits)


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    named = [each for each in values if each]
    return st.lists(st.sampled_from(named), unique=True, max_size=2).map(tuple)


goods = st.builds(Goods, products=some(PRODUCTS), categories=some(CATEGORIES))


@st.composite
def lasting(draw: st.DrawFn) -> dict[str, date | None]:
    first, last = sorted((draw(days), draw(days)))
    begun, ended = draw(st.booleans()), draw(st.booleans())
    return {"valid_from": first if begun else None, "valid_until": last + timedelta(days=1) if ended else None}


@st.composite
def multipliers(draw: st.DrawFn) -> Multiplier:
    weekdays = tuple(draw(st.lists(st.integers(0, 6), unique=True, min_size=1, max_size=4)))
    wishes = draw(lasting()) if draw(st.booleans()) else {}
    return Multiplier(
        factor=draw(factors), weekdays=weekdays, tiers=draw(some(TIERS)), segments=draw(some(SEGMENTS)), **wishes
    )


@st.composite
def order_rules(draw: st.DrawFn, name: str) -> object:
    kind = draw(st.sampled_from([PerAmount, PerUnit, PerOrder, FirstPurchase]))
    fields = {
        "name": name,
        "points": draw(points),
        "caps": draw(caps),
        "budget": draw(limits),
        "qualifying": draw(st.none() | st.integers(0, 9)),
        "is_qualifying_multiplied": draw(st.booleans()),
        "multipliers": tuple(draw(st.lists(multipliers(), max_size=3))),
        "stacking": draw(st.sampled_from(Stacking)),
        **draw(lasting()),
    }
    if kind is PerAmount:
        own = {"amount": draw(amounts), "is_by_whole_amounts": draw(st.booleans()), "only": draw(goods)}
        return kind(**fields, **own, without=draw(goods))
    if kind is PerUnit:
        return kind(**fields, only=draw(goods.filter(bool)))
    return kind(**fields, minimum=draw(st.none() | amounts))


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    count = draw(st.integers(1, 4))
    excluded = st.builds(
        Excluded,
        goods=st.just(Goods()) | goods,
        is_for_non_products=st.booleans(),
        is_for_points=st.booleans(),
        is_for_vouchers=st.booleans(),
    )
    return RuleSet(
        currency="EUR",
        zone="Europe/Berlin",
        rounding=draw(st.sampled_from(Rounding)),
        rules=tuple(draw(order_rules(f"r{place}")) for place in range(count)),
        caps=draw(caps),
        excluded=draw(excluded),
    )


items = st.builds(
    Item,
    amount=st.decimals("-5", "300", places=2),
    units=st.decimals("0.5", "4", places=1),
    product=st.sampled_from(PRODUCTS),
    category=st.sampled_from(CATEGORIES),
    is_non_product=st.booleans(),
)


@st.composite
def purchases(draw: st.DrawFn) -> Purchase:
    moment = datetime.combine(draw(days), draw(st.times()), BERLIN)
    paid = st.just(Decimal(0)) | st.decimals("0", "200", places=2)
    lines = draw(st.lists(items, min_size=1, max_size=4))
    return Purchase("1", moment, "EUR", lines, draw(paid), draw(paid))


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    counts = st.dictionaries(
        st.builds(Limit, st.sampled_from(["", "r0", "r1", "r2"]), st.sampled_from(Period)), st.integers(0, 700)
    )
    return Standing(
        tier=draw(st.sampled_from(["", *TIERS])),
        segments=frozenset(draw(some(SEGMENTS))),
        is_first_purchase=draw(st.booleans()),
        given=draw(counts),
        qualified=draw(counts),
    )
