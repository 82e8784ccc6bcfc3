"""What somebody did: an order with its lines as it stands, or a deed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from treue.act.loyalty.earning.errors import MomentWithoutOffset
from treue.act.loyalty.earning.rules import DeedKind

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order. amount, units: as bought, amount in the order's currency. amount_back, units_back: what of
    them was refunded by now. product: its code; "" where none is known. category: likewise."""

    amount: Decimal
    units: Decimal = Decimal(1)
    product: str = ""
    category: str = ""
    amount_back: Decimal = NONE
    units_back: Decimal = NONE
    is_non_product: bool = False

    @property
    def amount_left(self) -> Decimal:
        return max(self.amount - self.amount_back if self.amount_back else self.amount, NONE)

    @property
    def units_left(self) -> Decimal:
        return max(self.units - self.units_back, NONE)


@dataclass(frozen=True)
class Purchase:
    """An order of one member. moment: when it happened, aware. paid_with_points, paid_with_vouchers: how much of the
    amount of all its lines, as bought, was paid so."""

    number: str
    moment: datetime
    currency: str
    items: Sequence[Item]
    paid_with_points: Decimal = NONE
    paid_with_vouchers: Decimal = NONE

    def __post_init__(self) -> None:
        if self.moment.utcoffset() is None:
            raise MomentWithoutOffset(self.moment)

    @property
    def amount(self) -> Decimal:
        """As bought."""
        return sum([each.amount for each in self.items], NONE)

    @property
    def amount_left(self) -> Decimal:
        return sum([each.amount_left for each in self.items], NONE)

    @cached_property
    def is_purchase(self) -> bool:
        """Whether something was paid and something is left: the rule of `science.orders`."""
        return self.amount > 0 and self.amount_left > 0 and self._has_units_left

    @property
    def _has_units_left(self) -> bool:
        came_back = False
        for each in self.items:
            if each.units_back < each.units:
                return True
            came_back = came_back or each.units_back > 0
        return not came_back


def as_bought(order: Purchase) -> Purchase:
    """The order before anything of it came back."""
    items = [replace(each, amount_back=NONE, units_back=NONE) for each in order.items]
    return replace(order, items=items)


def categories_of(order: Purchase) -> dict[str, str]:
    """Of its products, by their codes, as far as they are known."""
    return {each.product: each.category for each in order.items if each.product and each.category}


def with_categories(order: Purchase, categories: Mapping[str, str]) -> Purchase:
    """The order with its products in these categories; the others stay where they are."""
    if not categories:
        return order
    items = [replace(each, category=categories.get(each.product, each.category)) for each in order.items]
    return replace(order, items=items)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something else than buying. moment: aware. event: the name of the event, where it is one of one's own."""

    kind: DeedKind
    moment: datetime
    event: str = ""

    def __post_init__(self) -> None:
        if self.moment.utcoffset() is None:
            raise MomentWithoutOffset(self.moment)
