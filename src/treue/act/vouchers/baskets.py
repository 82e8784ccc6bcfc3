"""What a voucher takes off a basket. Pure: nothing is read and nothing is written.

Discounts are in whole cents (the smallest unit of the currency), rounded half up once per voucher and never more than
is left of the lines they are for. They are taken off in a fixed order, whatever order the codes were given in: free
products, shares, amounts, delivery. A share is of what is left after what came before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from treue.act.vouchers.errors import GiftNotInBasket, NothingFits, NothingToDiscount

ZERO = Decimal(0)
AMOUNT, PERCENT, PRODUCT, DELIVERY = "amount", "percent", "product", "delivery"
ORDER = (PRODUCT, PERCENT, AMOUNT, DELIVERY)


@dataclass(frozen=True)
class Line:
    """amount: of all its units together, as they would be paid without vouchers."""

    product: str
    amount: Decimal
    quantity: Decimal = Decimal(1)
    category: str = ""


@dataclass(frozen=True)
class Basket:
    """delivery: what it would cost. decimals: of the currency's amounts."""

    lines: Sequence[Line]
    currency: str
    delivery: Decimal = ZERO
    decimals: int = 2

    @property
    def goods(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)


@dataclass(frozen=True)
class Benefit:
    """kind: one of ORDER. size: an amount, or percent; product: the free one's code.

    products, categories: what it is for; everything where both are empty. needs_all: each of them must be there.
    """

    kind: str
    size: Decimal | None = None
    product: str = ""
    products: Collection[str] = ()
    categories: Collection[str] = ()
    needs_all: bool = False


@dataclass(frozen=True)
class Discount:
    """amount: what it takes off. basket: worth of what it was reckoned on, before any voucher."""

    amount: Decimal
    basket: Decimal


@dataclass
class Left:
    """What is still to be paid of a basket, line by line, while vouchers are taken off."""

    basket: Basket
    lines: list[Decimal] = field(default_factory=list)
    delivery: Decimal = ZERO

    @classmethod
    def of(cls, basket: Basket) -> "Left":
        return cls(basket, [line.amount for line in basket.lines], basket.delivery)


def take_off(benefit: Benefit, left: Left) -> Discount:
    """Take one voucher off what is left. Raises NothingFits, GiftNotInBasket, NothingToDiscount."""
    fitting = fits(benefit, left.basket)
    if benefit.kind == DELIVERY:
        discount = Discount(left.delivery, left.basket.delivery)
        left.delivery = ZERO
    elif benefit.kind == PRODUCT:
        discount = _gift(benefit, left)
    else:
        discount = _share(benefit, left, fitting)
    if discount.amount <= 0:
        raise NothingToDiscount
    return discount


def fits(benefit: Benefit, basket: Basket) -> list[int]:
    """Places of the lines that a voucher is for. Raises NothingFits."""
    if not benefit.products and not benefit.categories:
        return list(range(len(basket.lines)))
    places = [
        place
        for place, line in enumerate(basket.lines)
        if line.product in benefit.products or line.category in benefit.categories
    ]
    missing_products = sorted({*benefit.products} - {line.product for line in basket.lines})
    missing_categories = sorted({*benefit.categories} - {line.category for line in basket.lines})
    if not places or (benefit.needs_all and (missing_products or missing_categories)):
        raise NothingFits(missing_products, missing_categories)
    return places


def _gift(benefit: Benefit, left: Left) -> Discount:
    """One unit of the product, from the line on which a unit is dearest."""
    units = [
        (rounded(line.amount / line.quantity, left.basket.decimals), place)
        for place, line in enumerate(left.basket.lines)
        if line.product == benefit.product and line.quantity >= 1
    ]
    if not units:
        raise GiftNotInBasket(benefit.product)
    unit, place = max(units, key=lambda each: each[0])
    amount = min(unit, left.lines[place])
    left.lines[place] -= amount
    return Discount(amount, unit)


def _share(benefit: Benefit, left: Left, places: Sequence[int]) -> Discount:
    there = sum((left.lines[place] for place in places), ZERO)
    asked = benefit.size if benefit.kind == AMOUNT else rounded(there * benefit.size / 100, left.basket.decimals)
    amount = min(asked, there)
    parts = spread(amount, [left.lines[each] for each in places], left.basket.decimals)
    for place, part in zip(places, parts, strict=True):
        left.lines[place] -= part
    return Discount(amount, sum((left.basket.lines[place].amount for place in places), ZERO))


def spread(amount: Decimal, over: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """An amount in parts as large as each of `over` allows in proportion, to the cent: they come to the amount, and
    none is larger than what it is taken off. amount: at most the sum of `over`."""
    whole = sum(over, ZERO)
    if not whole:
        return [ZERO] * len(over)
    unit = Decimal(1).scaleb(-decimals)
    parts = [(amount * each / whole).quantize(unit, ROUND_DOWN) for each in over]
    rest = amount - sum(parts, ZERO)
    by_remainder = sorted(range(len(over)), key=lambda place: (parts[place] - amount * over[place] / whole, place))
    for place in by_remainder:
        more = min(unit, rest, over[place] - parts[place])
        parts[place] += more
        rest -= more
    return parts


def returned_share(amount: Decimal, basket: Decimal, returned: Decimal, decimals: int) -> Decimal:
    """What of a discount goes back once goods worth `returned` of the basket have come back in all.

    Cumulative, so that any sequence of refunds ends at the whole discount to the cent.
    """
    return amount if returned >= basket else min(amount, rounded(amount * returned / basket, decimals))


def rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
