"""An order or a refund as an event tells of it, in the form of Segment's e-commerce specification.

- What the goods brought is `revenue`, else `total` without `shipping`, else what the products add up to. Where products
  add up to something else (a coupon, a rounding), each line takes its share of the difference.
- Without products the order is one line of no product.
- Money is in the order's currency and is converted by the shop's rate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from treue.core.shop.models import ExchangeRate, NonProduct, Shop
from treue.listen.tracking.order_errors import NoRate, UnusableOrder

LONGEST_NUMBER, LONGEST_CODE, LONGEST_NAME, LONGEST_WORD = 80, 80, 250, 120
MOST_MONEY, MOST_UNITS = Decimal(10**10), Decimal(10**8)
MONEY, UNITS = Decimal("0.0001"), Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Line:
    """code: None for goods that are not named."""

    code: str | None
    name: str
    category: str
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shop says of its orders. rates: the shop's currency for one unit of another."""

    currency: str
    rates: Mapping[str, Decimal]
    non_products: frozenset[str]

    @classmethod
    def of(cls, shop: Shop) -> "Rules":
        rates = dict(ExchangeRate.objects.filter(shop=shop).values_list("currency", "rate"))
        codes = NonProduct.objects.filter(shop=shop).values_list("code", flat=True)
        return cls(shop.currency, rates, frozenset(codes))

    def rate(self, currency: str) -> Decimal:
        """Raises NoRate."""
        if currency == self.currency:
            return Decimal(1)
        if currency not in self.rates:
            raise NoRate(currency)
        return self.rates[currency]


class _AnyCurrency(Rules):
    def rate(self, currency: str) -> Decimal:
        return Decimal(1)


ANY_CURRENCY = _AnyCurrency("", {}, frozenset())  # for whether it can be an order at all


def order_number(facts: Mapping[str, object]) -> str:
    """Raises UnusableOrder where it names none."""
    number = str(facts.get("order_id", facts.get("order", ""))).strip()
    if not number or len(number) > LONGEST_NUMBER:
        raise UnusableOrder("order_id")
    return number


def lines(facts: Mapping[str, object], rules: Rules) -> list[Line]:
    """What an event says was bought, or came back; none where it says nothing of goods or money. Raises UnusableOrder
    where it cannot be a sale, NoRate where its currency has none."""
    given = [each for each in facts.get("products") or () if isinstance(each, Mapping)]
    told = [_line(each) for each in given if code_of(each) not in rules.non_products]
    goods = _goods(facts)
    if goods is None and not told:
        return []
    rate = rules.rate(str(facts.get("currency") or rules.currency).upper())
    listed = sum((line.amount for line in told), Decimal())
    if not told:
        told = [Line(None, "", "", Decimal(1), goods)]
    elif goods is not None and goods != listed and len(given) == len(told):
        told = _shared_out(told, goods)
    priced = [_in(line, rate) for line in told]
    if sum(line.amount for line in priced) >= MOST_MONEY or sum(line.quantity for line in priced) >= MOST_UNITS:
        raise UnusableOrder("total")
    return priced


def _goods(facts: Mapping[str, object]) -> Decimal | None:
    """What all goods together brought, if the event says so."""
    revenue, total, shipping = (_money(facts.get(name), name) for name in ("revenue", "total", "shipping"))
    if revenue is not None:
        return revenue
    return None if total is None else max(total - (shipping or 0), Decimal())


def _line(given: Mapping[str, object]) -> Line:
    quantity = _number(given.get("quantity", 1), "quantity", MOST_UNITS).quantize(UNITS)
    if not quantity:
        raise UnusableOrder("quantity")
    price = _money(given.get("price"), "price") or Decimal()
    return Line(
        code=code_of(given),
        name=_text(given.get("name"), LONGEST_NAME),
        category=_text(given.get("category"), LONGEST_WORD),
        quantity=quantity,
        amount=(price * quantity).quantize(MONEY),
    )


def code_of(given: Mapping[str, object]) -> str | None:
    """By what a product is known that an event tells of."""
    return _text(given.get("sku") or given.get("product_id") or given.get("name"), LONGEST_CODE) or None


def _shared_out(told: Sequence[Line], goods: Decimal) -> list[Line]:
    """Each line its share of what the goods brought, by price, or by quantity where no prices are told; the last one
    takes what rounding leaves."""
    weights = [line.amount for line in told] if any(line.amount for line in told) else [line.quantity for line in told]
    whole, left, shared = sum(weights), goods.quantize(MONEY), []
    for line, weight in zip(told[:-1], weights, strict=False):
        part = (goods * weight / whole).quantize(MONEY)
        left -= part
        shared.append(_with(line, part))
    return [*shared, _with(told[-1], max(left, Decimal()))]


def _in(line: Line, rate: Decimal) -> Line:
    return line if rate == 1 else _with(line, (line.amount * rate).quantize(MONEY))


def _with(line: Line, amount: Decimal) -> Line:
    return Line(line.code, line.name, line.category, line.quantity, amount)


def _money(value: object, name: str) -> Decimal | None:
    return None if value is None or value == "" else _number(value, name, MOST_MONEY).quantize(MONEY)


def _number(value: object, name: str, most: Decimal) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise UnusableOrder(name) from None
    if not number.is_finite() or not 0 <= number < most:
        raise UnusableOrder(name)
    return number


def _text(value: object, longest: int) -> str:
    return str(value).strip()[:longest] if value is not None else ""
