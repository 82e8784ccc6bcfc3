"""What is to be taken back of an order's points when something of it came back, in all and not each time.

Whoever takes points back takes what is missing to the figure given here. So any sequence of partial refunds ends where
one full refund does, to the point.
"""

from dataclasses import dataclass
from decimal import Decimal

from treue.act.loyalty.earning.evaluation import points_of
from treue.act.loyalty.earning.purchases import NONE, Purchase, as_bought
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.earning.standing import Standing


@dataclass(frozen=True, slots=True)
class Back:
    """How many points are to be taken back in all."""

    points: int
    qualifying: int


def share_back(order: Purchase) -> tuple[Decimal, Decimal]:
    """The share of an order's money that came back: the first number divided by the second, never more than 1.

    It is 1 exactly where nothing of the order is left: its money, or all of its units. An order that was worth nothing
    has nothing to give back: 0 ÷ 1. Which of its products came back makes no difference; see `points_back`.
    """
    paid = as_bought(order).amount_left
    if order.amount <= 0:
        return NONE, Decimal(1)
    return (paid - order.amount_left if order.is_purchase else paid), paid


def points_back(order: Purchase, rules: RuleSet, standing: Standing) -> Back:
    """What the order earned as bought, less what it earns as it now stands; all of it where nothing is left.

    rules, standing: those by which it earned. It never falls when more comes back. Raises OtherCurrency.
    """
    given, left = points_of(as_bought(order), rules, standing), points_of(order, rules, standing)
    return Back(given.points - left.points, given.qualifying - left.qualifying)
