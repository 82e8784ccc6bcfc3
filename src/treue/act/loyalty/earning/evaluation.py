"""How many points an order or a deed earns, and why. The same question has the same answer, whenever it is asked.

Limits cut in a fixed order, rule by rule as they stand: a rule's caps of a day, of a month and in all, and its budget;
after that the caps of all rules together. So the points of an order never grow when something of it comes back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from treue.act.loyalty.earning.earned import NOTHING, Earned, Line
from treue.act.loyalty.earning.errors import OtherCurrency
from treue.act.loyalty.earning.exactly import quotient, times
from treue.act.loyalty.earning.limits import limited
from treue.act.loyalty.earning.purchases import NONE, Deed, Item, Purchase
from treue.act.loyalty.earning.rules import (
    Excluded,
    FirstPurchase,
    ForDeed,
    OrderRule,
    PerAmount,
    PerOrder,
    PerUnit,
    Rounding,
    RuleSet,
    Stacking,
)
from treue.act.loyalty.earning.standing import Standing

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts of an order: of its items what is left, and of that the share `part` ÷ `whole`."""

    items: Sequence[Item]
    amount: Decimal
    units: Decimal
    part: Decimal
    whole: Decimal

    def only(self, rule: PerAmount | PerUnit) -> "Counted":
        """Of the goods that a rule is for."""
        items = [each for each in self.items if rule.is_for(each.product, each.category)]
        return _counting(items, self.part, self.whole)


def points_of(order: Purchase, rules: RuleSet, standing: Standing) -> Earned:
    """What an order earns as it stands, refunds taken off. Raises OtherCurrency."""
    if order.currency != rules.currency:
        raise OtherCurrency(order.currency, rules.currency)
    if not order.is_purchase:
        return NOTHING
    counted, day = _counted(order, rules.excluded), day_of(order.moment, rules)
    if not counted.items or not counted.part:
        return NOTHING
    lines = [_line(rule, counted, rules, standing, day) for rule in rules.for_orders if rule.is_valid_on(day)]
    return limited([each for each in lines if each], rules, standing)


def points_of_deed(deed: Deed, rules: RuleSet, standing: Standing) -> Earned:
    """What a deed earns."""
    lines = [Line(rule.name, rule.points, rule.qualifying_rate) for rule in rules_of_deed(deed, rules)]
    return limited(lines, rules, standing)


def rules_of_deed(deed: Deed, rules: RuleSet) -> list[ForDeed]:
    """Those that give something for it on its day, whatever limits leave of that."""
    day = day_of(deed.moment, rules)
    return [
        rule
        for rule in rules.for_deeds
        if rule.deed is deed.kind and (rule.event or "") == deed.event and rule.is_valid_on(day)
    ]


def day_of(moment: datetime, rules: RuleSet) -> date:
    """The day by which multipliers, validity and caps go."""
    return moment.astimezone(rules.tz).date()


# What counts


def _counted(order: Purchase, excluded: Excluded) -> Counted:
    items = [each for each in order.items if each.amount_left > 0 and not _is_excluded(each, excluded)]
    points = order.paid_with_points if excluded.is_for_points else NONE
    vouchers = order.paid_with_vouchers if excluded.is_for_vouchers else NONE
    paid_so = max(points, NONE) + max(vouchers, NONE)
    return _counting(items, max(order.amount - paid_so, NONE), order.amount) if paid_so else _counting(items, ONE, ONE)


def _counting(items: Sequence[Item], part: Decimal, whole: Decimal) -> Counted:
    amount = units = NONE
    for each in items:
        amount += each.amount_left
        units += each.units_left
    return Counted(items, amount, units, part, whole)


def _is_excluded(item: Item, excluded: Excluded) -> bool:
    return (item.is_non_product and excluded.is_for_non_products) or excluded.goods.hold(item.product, item.category)


# One rule


def _line(rule: OrderRule, counted: Counted, rules: RuleSet, standing: Standing, day: date) -> Line | None:
    """What a rule gives without limits; None where it gives nothing."""
    counted = counted.only(rule) if rule.is_choosy else counted
    given, per = TIMES[rule.kind](rule, counted, standing)
    if not given:
        return None
    factor, multipliers = _factor(rule, standing, day)
    points = quotient(times(times(rule.points, given), factor), per, rules.rounding)
    own = factor if rule.is_qualifying_multiplied else ONE
    qualifying = points
    if own != factor or rule.qualifying_rate != rule.points:
        qualifying = quotient(times(times(rule.qualifying_rate, given), own), per, rules.rounding)
    if not points and not qualifying:
        return None
    return Line(rule.name, points, qualifying, counted.amount, counted.units, factor, multipliers)


# How many times a rule gives its points: the first number divided by the second.


def _by_amount(rule: PerAmount, counted: Counted, standing: Standing) -> tuple[Decimal, Decimal]:
    paid, per = times(counted.amount, counted.part), times(rule.amount, counted.whole)
    return (Decimal(quotient(paid, per, Rounding.DOWN)), ONE) if rule.is_by_whole_amounts else (paid, per)


def _by_unit(rule: PerUnit, counted: Counted, standing: Standing) -> tuple[Decimal, Decimal]:
    return times(counted.units, counted.part), counted.whole


def _by_order(rule: PerOrder | FirstPurchase, counted: Counted, standing: Standing) -> tuple[Decimal, Decimal]:
    paid = times(counted.amount, counted.part)
    is_earned = paid > 0 and (rule.minimum is None or paid >= times(rule.minimum, counted.whole))
    return (ONE if is_earned else NONE), ONE


def _by_first_purchase(rule: FirstPurchase, counted: Counted, standing: Standing) -> tuple[Decimal, Decimal]:
    return _by_order(rule, counted, standing) if standing.is_first_purchase else (NONE, ONE)


TIMES: Mapping[str, Callable[..., tuple[Decimal, Decimal]]] = {
    "per_amount": _by_amount,
    "per_unit": _by_unit,
    "per_order": _by_order,
    "first_purchase": _by_first_purchase,
}


# Multipliers


def _factor(rule: OrderRule, standing: Standing, day: date) -> tuple[Decimal, tuple[int, ...]]:
    """The factor of the multipliers that hold, and which of them make it."""
    held = [place for place, each in enumerate(rule.multipliers) if each.holds(day, standing.tier, standing.segments)]
    if len(held) > 1 and rule.stacking is Stacking.HIGHEST:
        held = [max(held, key=lambda place: rule.multipliers[place].factor)]
    factor = ONE
    for place in held:
        factor = times(factor, rule.multipliers[place].factor)
    return factor, tuple(held)
